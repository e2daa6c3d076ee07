package hostflags_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/hostflags"
)

// compressed is what the program xz makes of text.
func compressed(t *testing.T, text string, args ...string) []byte {
	t.Helper()
	program, err := exec.LookPath("xz")
	if err != nil && os.Getenv("CI") == "" {
		t.Skip("xz is not installed")
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Stdin = strings.NewReader(text)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func uncompress(r io.Reader) (string, error) {
	plain, err := hostflags.XZ(r)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(plain)
	return string(text), err
}

func sampleText() string {
	random := rand.New(rand.NewPCG(1, 2))
	text := make([]byte, 300<<10)
	for i := range text {
		text[i] = byte('a' + random.IntN(2+i>>14))
	}
	return string(text)
}

func TestXZ(t *testing.T) {
	t.Parallel()
	text := sampleText()
	half := len(text) / 2
	for name, archive := range map[string][]byte{
		"no check":    compressed(t, text, "--check=none"),
		"CRC32":       compressed(t, text, "--check=crc32"),
		"CRC64":       compressed(t, text, "--check=crc64"),
		"SHA-256":     compressed(t, text, "--check=sha256"),
		"level 9":     compressed(t, text, "-9e"),
		"many blocks": compressed(t, text, "-T2", "--block-size=5000"),
		"two streams": append(compressed(t, text[:half]), compressed(t, text[half:])...),
		"padding":     append(compressed(t, text), make([]byte, 8)...),
	} {
		if got, err := uncompress(bytes.NewReader(archive)); got != text || err != nil {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
		if got, err := uncompress(iotest.OneByteReader(bytes.NewReader(archive))); got != text || err != nil {
			t.Errorf("%s, byte by byte: %d bytes, %v", name, len(got), err)
		}
	}
}

func TestXZOfDamagedStreams(t *testing.T) {
	t.Parallel()
	archive := compressed(t, "all work and no play ")
	for at := range archive {
		if _, err := uncompress(bytes.NewReader(archive[:at])); err == nil {
			t.Errorf("cut at %d: no error", at)
		}
		broken := bytes.Clone(archive)
		broken[at] ^= 0x10
		if got, err := uncompress(bytes.NewReader(broken)); err == nil {
			t.Errorf("flipped at %d: %q", at, got)
		}
	}
	for _, rest := range []string{"\x00", "garbage", "\x00\x00\x00\x00x", "\xfd7zXZ\x00"} {
		if got, err := uncompress(bytes.NewReader(append(bytes.Clone(archive), rest...))); err == nil {
			t.Errorf("%q after it: %q", rest, got)
		}
	}
}

func TestXZBoundsMemory(t *testing.T) {
	t.Parallel()
	_, err := uncompress(bytes.NewReader(compressed(t, "x", "--lzma2=dict=65MiB")))
	if pack.CodeOf(err) != pack.CodeMalformedContent || !strings.Contains(err.Error(), "64 MiB") {
		t.Errorf("got %v", err)
	}
}

func TestFlagsReadXZ(t *testing.T) {
	t.Parallel()
	f := hostflags.NewFlags()
	f.Root = t.TempDir()
	config, err := f.Config(nil)
	if err != nil || config.XZ == nil {
		t.Errorf("no decoder of xz, %v", err)
	}
}
