package write_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/archive/write"
)

// open returns a Writer into a new directory, and that directory.
func open(t *testing.T, opts write.Options) (*write.Writer, string) {
	t.Helper()
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	w := write.New(root, opts)
	t.Cleanup(func() {
		w.Close()
		if err := root.Close(); err != nil {
			t.Error(err)
		}
	})
	return w, dir
}

// put puts a regular file.
func put(t *testing.T, w *write.Writer, name, content string) error {
	t.Helper()
	e := write.Entry{Name: name, Mode: 0o644, Size: int64(len(content))}
	return w.Put(t.Context(), e, strings.NewReader(content))
}

// list returns the regular files and directories below dir.
func list(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, _ fs.DirEntry, err error) error {
		if path != "." {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestWriterWritesAnyOrder(t *testing.T) {
	t.Parallel()
	w, dir := open(t, write.Options{})
	big := strings.Repeat("0123456789abcdef", 20_000)
	want := map[string]string{"a/b/one": "1", "c": "", "a/b/two": "22", "a/three": big, "a/b/four": "4", "./d/e": "5", "d/f": "6", "dx/g": "7", "a/b2/h": "8"}
	for _, name := range []string{"a/b/one", "c", "a/b/two", "a/three", "a/b/four", "./d/e", "d/f", "dx/g", "a/b2/h"} {
		if err := put(t, w, name, want[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	files := w.Files()
	if len(files) != len(want) {
		t.Fatalf("got %d files, want %d", len(files), len(want))
	}
	for _, f := range files {
		content, err := os.ReadFile(filepath.Join(dir, f.Path))
		if err != nil {
			t.Fatal(err)
		}
		wanted, ok := want[f.Path]
		if !ok {
			wanted = want["./"+f.Path]
		}
		if string(content) != wanted || f.Size != int64(len(wanted)) || f.Sum != sha256.Sum256(content) {
			t.Errorf("%s: got %d bytes, %+v", f.Path, len(content), f)
		}
	}
}

func TestWriterReadsContentOfUnknownSize(t *testing.T) {
	t.Parallel()
	w, dir := open(t, write.Options{})
	content := strings.Repeat("x", 300_000)
	slow := iotest.DataErrReader(iotest.HalfReader(strings.NewReader(content)))
	if err := w.Put(t.Context(), write.Entry{Name: "f", Size: -1}, slow); err != nil {
		t.Fatal(err)
	}
	if err := w.Put(t.Context(), write.Entry{Name: "none", Size: -1}, nil); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "f"))
	if err != nil || string(got) != content {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
}

func TestEmptyDirectoriesAreNotKept(t *testing.T) {
	t.Parallel()
	w, dir := open(t, write.Options{})
	for _, name := range []string{".", "./", "a/", "a", "b/c"} {
		if err := w.Put(t.Context(), write.Entry{Name: name, Mode: fs.ModeDir, Size: 4096}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := put(t, w, "a/file", "x"); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(list(t, dir), " "); got != "a a/file" {
		t.Errorf("got %q", got)
	}
}

func TestSkippedEntriesOnlyCount(t *testing.T) {
	t.Parallel()
	w, dir := open(t, write.Options{Limits: write.Limits{Bytes: 10, Entries: 7}})
	for _, e := range []write.Entry{
		{Name: "../x", Mode: fs.ModeSymlink, Link: "/etc"},
		{Name: "nul", Mode: fs.ModeDevice},
		{Name: "out/.git", Mode: fs.ModeDir},
		{Name: "out/f", Size: 3},
		{Name: "OUT/F"},
	} {
		content := strings.NewReader("123"[:e.Size])
		if err := w.Skip(t.Context(), e, content); err != nil || content.Len() > 0 {
			t.Fatalf("%s: %v, %d bytes are left", e.Name, err, content.Len())
		}
	}
	if err := put(t, w, "in/f", "45"); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(list(t, dir), " "); got != "in in/f" || len(w.Files()) != 1 {
		t.Errorf("got %q, %d files", got, len(w.Files()))
	}
	if err := w.Skip(t.Context(), write.Entry{Name: "out/g", Mode: fs.ModeSymlink}, nil); !errors.Is(err, pack.ErrLimit) {
		t.Errorf("the number of what is skipped does not count: %v", err)
	}
	w, _ = open(t, write.Options{Limits: write.Limits{Bytes: 10}})
	if err := w.Skip(t.Context(), write.Entry{Name: "out/g", Size: -1}, strings.NewReader("12345678901")); !errors.Is(err, pack.ErrLimit) {
		t.Errorf("the size of what is skipped does not count: %v", err)
	}
}

func TestTopHoldsAllFiles(t *testing.T) {
	t.Parallel()
	tests := []struct{ names, want string }{
		{"", ""},
		{"t/a", "t"},
		{"t/a t/b/c", "t"},
		{"t", ""},
		{"t/a u/b", ""},
		{"t/a b", ""},
		{"b t/a", ""},
		{"t/a b t/c", ""},
		{"META-INF/M t/a ._t t/b .DS_Store __MACOSX/t/._a", "t"},
		{"META-INF t/a", ""},
		{"t/a u/.DS_Store", ""},
		{"META-INF/M", ""},
	}
	for _, tt := range tests {
		t.Run(tt.names, func(t *testing.T) {
			t.Parallel()
			w, _ := open(t, write.Options{})
			for i, name := range strings.Fields(tt.names) {
				take := w.Put
				if i%2 == 1 {
					take = w.Skip
				}
				if err := take(t.Context(), write.Entry{Name: name}, nil); err != nil {
					t.Fatal(err)
				}
			}
			if got := w.Top(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// seen is an Observer that records its calls.
type seen struct{ strings.Builder }

func (s *seen) Begin(path string, size int64) { fmt.Fprintf(s, "\n%s %d ", path, size) }

func TestObserverSeesWhatIsWritten(t *testing.T) {
	t.Parallel()
	big := strings.Repeat("x", write.PartSize)
	var got seen
	w, _ := open(t, write.Options{Observer: &got})
	entries := []struct {
		name, content string
		size          int64
	}{
		{"./a", "one", 3}, {"skipped", "two", 3}, {"unknown", "three", -1}, {"empty", "", -1}, {"big", big, int64(len(big))}, {"d/big", big, -1},
	}
	for _, e := range entries {
		take := w.Put
		if e.name == "skipped" {
			take = w.Skip
		}
		if err := take(t.Context(), write.Entry{Name: e.name, Size: e.size}, strings.NewReader(e.content)); err != nil {
			t.Fatal(err)
		}
	}
	want := fmt.Sprintf("\na 3 one\nunknown 5 three\nempty 0 \nbig %d %s\nd/big -1 %s", len(big), big, big)
	if got.String() != want {
		t.Errorf("got %.200q", strings.ReplaceAll(got.String(), big, "big"))
	}
}

func TestWriterIsUnusableAfterAnError(t *testing.T) {
	t.Parallel()
	w, dir := open(t, write.Options{})
	if err := put(t, w, "../x", ""); !errors.Is(err, pack.ErrUnsafe) {
		t.Fatal(err)
	}
	if err := put(t, w, "good", ""); pack.CodeOf(err) != pack.CodeUnsafePath {
		t.Errorf("got %v", err)
	}
	if err := w.Finish(); pack.CodeOf(err) != pack.CodeUnsafePath {
		t.Errorf("finish: got %v", err)
	}
	if got := list(t, dir); len(got) != 0 {
		t.Errorf("got %q", got)
	}
}

func TestWriterPassesTheErrorsOfReadersOn(t *testing.T) {
	t.Parallel()
	for name, broken := range map[string]error{"own": errors.New("own"), "cut": io.ErrUnexpectedEOF} {
		w, _ := open(t, write.Options{})
		content := io.MultiReader(strings.NewReader("ab"), iotest.ErrReader(broken))
		if err := w.Put(t.Context(), write.Entry{Name: "f", Size: -1}, content); !errors.Is(err, broken) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	w, _ := open(t, write.Options{})
	if err := w.Put(t.Context(), write.Entry{Name: "f", Size: -1}, idleReader{}); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("got %v", err)
	}
}

type idleReader struct{}

func (idleReader) Read([]byte) (int, error) { return 0, nil }

func TestWriterStopsWhenCancelled(t *testing.T) {
	t.Parallel()
	w, dir := open(t, write.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	content := readerFunc(func(p []byte) (int, error) { cancel(); return len(p), nil })
	err := w.Put(ctx, write.Entry{Name: "endless", Size: -1}, content)
	if pack.CodeOf(err) != pack.CodeCancelled {
		t.Errorf("got %v", err)
	}
	w, _ = open(t, write.Options{})
	if err := w.Put(ctx, write.Entry{Name: "f"}, nil); pack.CodeOf(err) != pack.CodeCancelled {
		t.Errorf("before: got %v", err)
	}
	_ = dir
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestWriterRefusesWhatIsThereAlready(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"f", "d/f"} {
		w, dir := open(t, write.Options{})
		outside := t.TempDir()
		if err := errors.Join(os.Symlink(filepath.Join(outside, "x"), filepath.Join(dir, "f")), os.Symlink(outside, filepath.Join(dir, "d"))); err != nil {
			t.Fatal(err)
		}
		if err := put(t, w, name, "x"); pack.CodeOf(err) != pack.CodeNameCollision {
			t.Errorf("%s: got %v", name, err)
		}
		if got := list(t, outside); len(got) != 0 {
			t.Errorf("%s: wrote %q outside", name, got)
		}
	}
}

// Empty files, which cost an archive nothing, cost nothing here before all is
// known to be fine.
func TestEmptyFilesAreCreatedLast(t *testing.T) {
	t.Parallel()
	w, dir := open(t, write.Options{})
	if err := errors.Join(put(t, w, "a/empty", ""), put(t, w, "b", "x"), put(t, w, "c/d/empty", "")); err != nil {
		t.Fatal(err)
	}
	if got := list(t, dir); !slices.Equal(got, []string{"b"}) {
		t.Errorf("before Finish: %q", got)
	}
	if err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	if got := list(t, dir); !slices.Equal(got, []string{"a", "a/empty", "b", "c", "c/d", "c/d/empty"}) {
		t.Errorf("after Finish: %q", got)
	}
	if n := len(w.Files()); n != 3 {
		t.Errorf("%d files", n)
	}
}

// A directory that another process turns into a link is not followed out.
func TestWriterStaysInsideWhenADirectoryIsReplaced(t *testing.T) {
	t.Parallel()
	w, dir := open(t, write.Options{})
	outside := t.TempDir()
	if err := errors.Join(put(t, w, "d/a", "x"), put(t, w, "e/a", "x")); err != nil {
		t.Fatal(err)
	}
	d := filepath.Join(dir, "d")
	if err := errors.Join(os.Rename(d, d+".old"), os.Symlink(outside, d)); err != nil {
		t.Fatal(err)
	}
	if err := put(t, w, "d/b", "x"); err == nil {
		t.Error("wrote through a link")
	}
	if got := list(t, outside); len(got) != 0 {
		t.Errorf("wrote %q outside", got)
	}
}
