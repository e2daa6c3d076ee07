package digest_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack/internal/digest"
)

func file(path, content string, executable bool) digest.File {
	return digest.File{Path: path, Executable: executable, Size: int64(len(content)), Sum: sha256.Sum256([]byte(content))}
}

func TestTreeIsTheDocumentedFormat(t *testing.T) {
	t.Parallel()
	sum := sha256.Sum256([]byte("hi"))
	input := "packtrain-tree-v1\n" +
		"\x00\x00\x00\x00\x00\x00\x00\x03a/b" + "\x01" + "\x00\x00\x00\x00\x00\x00\x00\x02" + string(sum[:])
	want := fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(input)))
	if got := digest.Tree([]digest.File{file("a/b", "hi", true)}); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	want = fmt.Sprintf("sha256:%x", sha256.Sum256([]byte("packtrain-tree-v1\n")))
	if got := digest.Tree(nil); got != want {
		t.Errorf("empty tree: got %s, want %s", got, want)
	}
}

func TestTreeTellsEveryDifferenceButOrder(t *testing.T) {
	t.Parallel()
	base := []digest.File{file("a", "1", false), file("b", "2", false)}
	want := digest.Tree(slices.Clone(base))
	if got := digest.Tree([]digest.File{base[1], base[0]}); got != want {
		t.Error("the order of the input changes the digest")
	}
	others := map[string][]digest.File{
		"content":    {file("a", "x", false), base[1]},
		"path":       {file("c", "1", false), base[1]},
		"executable": {file("a", "1", true), base[1]},
		"fewer":      base[:1],
		"size":       {{Path: "a", Size: 2, Sum: base[0].Sum}, base[1]},
	}
	for name, files := range others {
		if digest.Tree(slices.Clone(files)) == want {
			t.Errorf("a change of %s does not change the digest", name)
		}
	}
}

// upstreamVector was published with the format.
const upstreamVector = "sha256:e9837162383488cb9b187ea585ce8963634d7d04f75abeb0c43d5456de0d6b13"

func TestDirectoryMatchesThePublishedVector(t *testing.T) {
	t.Parallel()
	d := digest.NewDirectory(digest.ByComponent)
	for range 2 {
		if err := d.Add("nested/file.txt", 8, strings.NewReader("fixture\n")); err != nil {
			t.Fatal(err)
		}
		if got := d.Sum(); got != upstreamVector {
			t.Errorf("got %s, want %s", got, upstreamVector)
		}
		d.Reset()
	}
	if got, want := d.Sum(), "sha256:"+hex.EncodeToString(sha256.New().Sum(nil)); got != want {
		t.Errorf("empty directory: got %s, want %s", got, want)
	}
}

func TestDirectoryReadsContentOfEverySize(t *testing.T) {
	t.Parallel()
	const buffer = 32 << 10
	for _, size := range []int{0, 1, buffer - 1, buffer, buffer + 1, 2 * buffer, 3*buffer + 7} {
		content := bytes.Repeat([]byte("x"), size)
		h := sha256.New()
		h.Write([]byte("attune-pack-file-v1\x00\x00\x00\x00\x00\x00\x00\x01f\x00\x00\x00\x00"))
		h.Write([]byte{byte(size >> 24), byte(size >> 16), byte(size >> 8), byte(size)})
		h.Write(content)
		want := "sha256:" + hex.EncodeToString(h.Sum(nil))

		added := digest.NewDirectory(digest.ByComponent)
		if err := added.Add("f", int64(size), bytes.NewReader(content)); err != nil {
			t.Fatal(err)
		}
		opened := digest.NewDirectory(digest.ByComponent)
		f, err := fstest.MapFS{"f": {Data: content}}.Open("f")
		if err != nil {
			t.Fatal(err)
		}
		if err := opened.AddFile("f", f); err != nil {
			t.Fatal(err)
		}
		if added.Sum() != want || opened.Sum() != want {
			t.Errorf("size %d: got %s and %s, want %s", size, added.Sum(), opened.Sum(), want)
		}
	}
}

func TestDirectoryRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		add  func(d *digest.Directory) error
		want string
	}{
		{"short content", func(d *digest.Directory) error { return d.Add("m", 3, strings.NewReader("ab")) }, "has 2 bytes, want 3"},
		{"long content", func(d *digest.Directory) error { return d.Add("m", 1, strings.NewReader("ab")) }, "has 2 bytes, want 1"},
		{"the same path", func(d *digest.Directory) error { return d.Add("a/z", 0, strings.NewReader("")) }, "comes after"},
		{"the wrong order", func(d *digest.Directory) error { return d.Add("a", 0, strings.NewReader("")) }, "comes after"},
		{"content that was cut", func(d *digest.Directory) error { return d.Add("m", 1, cutReader{}) }, "unexpected EOF"},
		{"a broken reader", func(d *digest.Directory) error { return d.Add("m", 1, brokenReader{}) }, "the disk is gone"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := digest.NewDirectory(digest.ByComponent)
			if err := d.Add("a/z", 1, strings.NewReader("1")); err != nil {
				t.Fatal(err)
			}
			if err := tt.add(d); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
		})
	}
}

type cutReader struct{}

func (cutReader) Read(p []byte) (int, error) { return copy(p, "x"), io.ErrUnexpectedEOF }

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) {
	return 0, fmt.Errorf("the disk is gone: %w", io.ErrClosedPipe)
}

func TestOrders(t *testing.T) {
	t.Parallel()
	paths := []string{"a0", "a.b", "a-b", "a/z", "a/b/c", "a/b", "b", "a/b.c", "a/b-/c"}
	slices.SortFunc(paths, digest.ByComponent)
	want := []string{"a/b", "a/b/c", "a/b-/c", "a/b.c", "a/z", "a-b", "a.b", "a0", "b"}
	if !slices.Equal(paths, want) {
		t.Errorf("by component: got %q, want %q", paths, want)
	}
	slices.SortFunc(paths, digest.ByString)
	want = []string{"a-b", "a.b", "a/b", "a/b-/c", "a/b.c", "a/b/c", "a/z", "a0", "b"}
	if !slices.Equal(paths, want) {
		t.Errorf("by string: got %q, want %q", paths, want)
	}
	for _, a := range paths {
		split := strings.Split(a, "/")
		for _, b := range paths {
			if got, want := digest.ByComponent(a, b), slices.Compare(split, strings.Split(b, "/")); got != want {
				t.Errorf("ByComponent(%q, %q) = %d, want %d", a, b, got, want)
			}
		}
	}
}
