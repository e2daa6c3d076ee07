package compress_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/archive/compress"
	"github.com/packtrain/pack/internal/testkit/archivetest"
)

var limits = compress.Limits{Unpacked: 1 << 30, Ratio: 200}

// read uncompresses an archive whose format is that of its content.
func read(archive []byte, limits compress.Limits) (string, error) {
	return readFrom(bytes.NewReader(archive), limits)
}

func readFrom(r io.Reader, limits compress.Limits) (string, error) {
	s, err := compress.Open(r)
	if err != nil {
		return "", err
	}
	format, err := s.Check("")
	if err != nil {
		return "", err
	}
	out, err := s.Uncompressed(format, limits, reverse)
	if err != nil {
		return "", err
	}
	defer out.Close() // until then, r is read
	content, err := io.ReadAll(out)
	if n, again := out.Read(make([]byte, 1)); n > 0 || (again == io.EOF) != (err == nil) {
		return "", fmt.Errorf("read on: %d bytes and %v, after %v", n, again, err) //nolint:errorlint // their codes are not wanted
	}
	return string(content), err
}

// reverse stands for a decoder of xz: what follows the mark is a zstd stream.
func reverse(r io.Reader) (io.Reader, error) {
	if _, err := io.CopyN(io.Discard, r, 6); err != nil {
		return nil, err
	}
	s, err := compress.Open(r)
	if err != nil {
		return nil, err
	}
	return s.Uncompressed(compress.Zstd, limits, nil)
}

func xz(content string) []byte { return append([]byte("\xfd7zXZ\x00"), archivetest.Zstd(content)...) }

func wantCode(t *testing.T, err error, want pack.Code) {
	t.Helper()
	if got := pack.CodeOf(err); got != want {
		t.Errorf("code %q of error %v, want %q", got, err, want)
	}
}

// bzip2 compresses with the program of that name.
func bzip2(t testing.TB, content string) []byte {
	t.Helper()
	program, err := exec.LookPath("bzip2")
	if err != nil && os.Getenv("CI") == "" {
		t.Skip("bzip2 is not installed")
	}
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Stdin = strings.NewReader(content)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestUncompressed(t *testing.T) {
	t.Parallel()
	tar := archivetest.Good()
	for name, archive := range map[string][]byte{
		"gzip": archivetest.Gzip(tar), "zstd": archivetest.Zstd(tar), "bzip2": bzip2(t, tar), "tar": []byte(tar), "xz": xz(tar),
	} {
		if got, err := read(archive, limits); got != tar || err != nil {
			t.Errorf("%s: got %d bytes, %v", name, len(got), err)
		}
		r := iotest.OneByteReader(bytes.NewReader(archive))
		if got, err := readFrom(r, limits); got != tar || err != nil {
			t.Errorf("%s, byte by byte: got %d bytes, %v", name, len(got), err)
		}
	}
}

func TestWithoutADecoder(t *testing.T) {
	t.Parallel()
	s, err := compress.Open(bytes.NewReader(xz("x")))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []compress.Format{compress.XZ, compress.SevenZip, compress.Zip} {
		_, err = s.Uncompressed(f, limits, nil)
		wantCode(t, err, pack.CodeMalformedContent)
	}
}

func TestHostile(t *testing.T) {
	t.Parallel()
	for _, c := range append(archivetest.Gzips(), archivetest.Zstds()...) {
		if c.ID == "B20" || c.ID == "C07" && (c.Name == "another tar" || c.Name == "text") {
			continue // the content is not checked here
		}
		t.Run(c.ID+"/"+c.Name, func(t *testing.T) {
			t.Parallel()
			_, err := read(c.Archive, limits)
			wantCode(t, err, c.Want)
		})
	}
	for name, make := range map[string]func(string) []byte{
		"C04/gzip cut anywhere":  func(s string) []byte { return archivetest.Gzip(s[:700], s[700:]) },
		"C04/zstd cut anywhere":  func(s string) []byte { return archivetest.Zstd(s) },
		"C04/bzip2 cut anywhere": func(s string) []byte { return bzip2(t, s) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cutAnywhere(t, make(archivetest.Good()))
		})
	}
	t.Run("C05/bzip2", brokenBzip2)
	t.Run("C05/bzip2 code that is not complete", incompleteCode)
	t.Run("B06/bzip2 code of endless bits", endlessCode)
	t.Run("C07/after other streams", afterStreams)
	t.Run("B06/limits", bombs)
	t.Run("B20/names", names)
}

func cutAnywhere(t *testing.T, archive []byte) {
	t.Helper()
	between := 0 // members may end there
	for n := range archive {
		_, err := read(archive[:n], limits)
		if err == nil {
			between++
			continue
		}
		if pack.CodeOf(err) != pack.CodeMalformedContent {
			t.Errorf("cut at %d of %d: error %v", n, len(archive), err)
		}
	}
	if between > 1 {
		t.Errorf("%d cuts were not noticed", between)
	}
	if _, err := read(archive, limits); err != nil {
		t.Error(err)
	}
}

func brokenBzip2(t *testing.T) {
	t.Parallel()
	archive := bzip2(t, archivetest.Good())
	for i := range archive {
		broken := bytes.Clone(archive)
		broken[i] ^= 0x10
		if got, err := read(broken, limits); err == nil && got != archivetest.Good() {
			t.Errorf("byte %d: not noticed", i)
		} else if err != nil && pack.CodeOf(err) != pack.CodeMalformedContent {
			t.Errorf("byte %d: %v", i, err)
		}
	}
}

// zeros are 202 of them in bzip2, but for one byte of a code.
const (
	zerosBefore = "BZh71AY&SY\x24\x74\x8d\x07\x00\x00\x00\x40\x04\x40\x00\x01\x00\x20\x00"
	zerosAfter  = "\x00\x82\x83\x17\x72\x45\x38\x50\x90\x24\x74\x8d\x07"
)

// incompleteCode is 202 zeros, and again with one bit more for a symbol, so that
// compress/bzip2 finds zeros there as well, and the program bzip2 something else.
func incompleteCode(t *testing.T) {
	t.Parallel()
	if got, err := read([]byte(zerosBefore+"\x21"+zerosAfter), limits); got != string(make([]byte, 202)) || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	got, err := read([]byte(zerosBefore+"\x25"+zerosAfter), limits)
	wantCode(t, err, pack.CodeMalformedContent)
	if got != "" {
		t.Errorf("got %q of what can be read differently", got)
	}
}

// endlessCode is a block whose description of a code goes on for 64 MiB. Not all of
// it may be held in memory, or read.
func endlessCode(t *testing.T) {
	t.Parallel()
	const start = "BZh91AY&SY\x00\x00\x00\x00\x00\x00\x00\x40\x00\x40\x00\x20"
	for name, c := range map[string]struct{ before, again string }{
		"selector": {"\x01\xff", "\xff"},
		"length":   {"\x00\x21\x5d", "\xdd"}, // one more, one less
	} {
		rest := &repeated{text: c.again, left: 64 << 20}
		_, err := readFrom(io.MultiReader(strings.NewReader(start+c.before), rest), limits)
		wantCode(t, err, pack.CodeMalformedContent)
		if read := 64<<20 - rest.left; read > 8<<20 {
			t.Errorf("%s: %d bytes were read", name, read)
		}
	}
}

// A repeated reader holds one text over and over.
type repeated struct {
	text string
	left int
}

// Read implements [io.Reader].
func (r *repeated) Read(p []byte) (n int, err error) {
	for n+len(r.text) <= len(p) && r.left > 0 {
		n, r.left = n+copy(p[n:], r.text), r.left-len(r.text)
	}
	if n == 0 {
		err = io.EOF
	}
	return n, err
}

func TestBzip2OfManyBlocks(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	var content strings.Builder
	for i := range 1 << 20 {
		content.WriteByte(byte(random.IntN(2 + i>>12)))
	}
	want := content.String()
	for _, archive := range [][]byte{bzip2(t, want), append(bzip2(t, want[:1<<19]), bzip2(t, want[1<<19:])...)} {
		if got, err := read(archive, limits); got != want || err != nil {
			t.Errorf("got %d bytes, %v", len(got), err)
		}
	}
}

func afterStreams(t *testing.T) {
	t.Parallel()
	for name, archive := range map[string][]byte{"bzip2": bzip2(t, "BZh text"), "xz": xz("text")} {
		for _, rest := range []string{"garbage", "\x00", "B"} {
			_, err := read(append(bytes.Clone(archive), rest...), limits)
			if pack.CodeOf(err) != pack.CodeMalformedContent {
				t.Errorf("%s, %q: %v", name, rest, err)
			}
		}
	}
}

func bombs(t *testing.T) {
	t.Parallel()
	zeros := strings.Repeat(archivetest.Zeros(), 24<<11)
	for name, archive := range map[string][]byte{"gzip": archivetest.Gzip(zeros), "zstd": archivetest.Zstd(zeros), "bzip2": bzip2(t, zeros), "xz": xz(zeros)} {
		for what, l := range map[string]compress.Limits{
			"compression ratio": {Unpacked: 1 << 40, Ratio: 200},
			"unpacked size":     {Unpacked: 20 << 20, Ratio: 1 << 40},
		} {
			_, err := read(archive, l)
			if limit, ok := errors.AsType[*pack.LimitError](err); !ok || limit.Limit != what && name != "zstd" && name != "xz" {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
	}
}

func names(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, content string
		want          compress.Format
	}{
		{"x.tar.gz", "\x1f\x8b\x08", compress.Gzip},
		{"dir.zip/x.TGZ", "\x1f\x8b\x08", compress.Gzip},
		{"x", "\x1f\x8b\x08", compress.Gzip},
		{"v1.2.3", "PK\x03\x04", compress.Zip},
		{"x.zip", "PK\x05\x06", compress.Zip},
		{"x.tar.zst", "\x28\xb5\x2f\xfd", compress.Zstd},
		{"x.tbz2", "BZh9", compress.Bzip2},
		{"x.txz", "\xfd7zXZ\x00", compress.XZ},
		{"x.tar", archivetest.Good(), compress.Tar},
		{"x.tar", unmarked("d/"), compress.Tar},
		{"x", unmarked("d/"), compress.Tar},
		{"x.tar.gz", unmarked("d/"), ""},
		{"x", "y" + unmarked("d/")[1:], ""}, // a wrong checksum
		{"x", unmarked("d/")[:511], ""},
		{"x", unmarked("PK\x03\x04"), ""}, // a polyglot
		{"x", unmarked("\x1f\x8b"), ""},
		{"x", string(make([]byte, 148)) + "400\x00" + string(make([]byte, 360)), ""}, // the checksum of a block of zeros
		{"x.tar.gz", "PK\x03\x04", ""},
		{"x.zip", "\x1f\x8b\x08", ""},
		{"x.tar.zst", "BZh9", ""},
		{"x.7z", "7z\xbc\xaf\x27\x1c", ""},
		{"x.tar.gz", "", ""},
		{"x.tar.gz", "\x1f", ""},
		{"x", "something", ""},
		{"x.tar.gz", "\n <html><body>Log in", ""},
		{"x", "PK\x03\x04" + archivetest.Good()[4:], ""}, // a polyglot
	} {
		got, err := compress.Check([]byte(tc.content), tc.name)
		if got != tc.want || (err == nil) != (tc.want != "") {
			t.Errorf("%s %.20q: got %q, %v", tc.name, tc.content, got, err)
		}
		if err != nil {
			wantCode(t, err, pack.CodeMalformedContent)
		}
	}
}

// unmarked is a header as tar had it first.
func unmarked(name string) string {
	return archivetest.Header(0, name, 0, archivetest.Set(257, string(make([]byte, 8))))
}

func TestErrorsOfOthersComeBackAsTheyAre(t *testing.T) {
	t.Parallel()
	lost := pack.Errorf(pack.CodeUnavailable, "connection lost: %w", io.ErrUnexpectedEOF)
	for name, archive := range map[string][]byte{
		"gzip": archivetest.Gzip(archivetest.Good()), "zstd": archivetest.Zstd(archivetest.Good()), "bzip2": bzip2(t, archivetest.Good()),
	} {
		for n := range archive {
			r := io.MultiReader(bytes.NewReader(archive[:n]), iotest.ErrReader(lost))
			if _, err := readFrom(r, limits); !errors.Is(err, lost) || pack.CodeOf(err) != pack.CodeUnavailable {
				t.Fatalf("%s, lost at %d: error %v", name, n, err)
			}
		}
	}
}

func FuzzUncompress(f *testing.F) {
	for _, c := range append(archivetest.Gzips(), archivetest.Zstds()...) {
		if len(c.Archive) < 8<<10 {
			f.Add(c.Archive)
		}
	}
	f.Add([]byte("BZh9\x17\x72\x45\x38\x50\x90\x00\x00\x00\x00"))
	f.Add([]byte(zerosBefore + "\x21" + zerosAfter))
	f.Fuzz(func(t *testing.T, archive []byte) {
		limits := compress.Limits{Unpacked: 1 << 20, Ratio: 200}
		got, err := read(archive, limits)
		if int64(len(got)) > limits.Unpacked+64<<10 {
			t.Errorf("got %d bytes", len(got))
		}
		if err != nil && pack.CodeOf(err) == "" {
			t.Errorf("error without a code: %v", err)
		}
		if format, _ := compress.OfContent(archive); err == nil && format == compress.Gzip {
			if want := byStandard(t, archive); got != want {
				t.Errorf("got %q, compress/gzip has %q", got, want)
			}
		}
	})
}

// byStandard reads members up to the end, or to zeros.
func byStandard(t *testing.T, archive []byte) string {
	t.Helper()
	rest := bytes.NewReader(archive)
	r, err := gzip.NewReader(rest)
	var want []byte
	for err == nil {
		r.Multistream(false)
		member, broken := io.ReadAll(r)
		if broken != nil {
			t.Fatal(broken)
		}
		want = append(want, member...)
		if len(bytes.Trim(archive[len(archive)-rest.Len():], "\x00")) == 0 {
			return string(want)
		}
		err = r.Reset(rest)
	}
	t.Fatal(err)
	return ""
}
