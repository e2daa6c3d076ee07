package write

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// open opens a new directory.
func openTemp(t *testing.T) (dir, *os.Root) {
	t.Helper()
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	d, err := openRoot(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(d.close(), root.Close()); err != nil {
			t.Error(err)
		}
	})
	return d, root
}

func create(t *testing.T, d dir, name, content string) {
	t.Helper()
	f, err := d.create(name, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	n, err := f.Write([]byte(content))
	if err := errors.Join(err, f.Chmod(0o640), f.Close()); err != nil || n != len(content) {
		t.Errorf("wrote %d bytes, %v", n, err)
	}
}

func TestDirCreates(t *testing.T) {
	t.Parallel()
	d, root := openTemp(t)
	big := strings.Repeat("x", 3<<20)
	create(t, d, "big", big)
	if err := d.mkdir("sub", 0o755); err != nil {
		t.Fatal(err)
	}
	sub, err := d.enter("sub")
	if err != nil {
		t.Fatal(err)
	}
	create(t, sub, "..empty", "")
	if err := errors.Join(sub.chmod(0o700), sub.close()); err != nil {
		t.Error(err)
	}

	if got, err := root.ReadFile("big"); err != nil || string(got) != big {
		t.Errorf("big: %d bytes, %v", len(got), err)
	}
	for name, want := range map[string]fs.FileMode{"big": 0o640, "sub": fs.ModeDir | 0o700, "sub/..empty": 0o640} {
		if info, err := root.Lstat(name); err != nil || info.Mode() != want {
			t.Errorf("%s: got %v, %v, want %v", name, info, err, want)
		}
	}
}

// A directory that is moved takes those with it who work in it, and what comes
// to its place is left alone.
func TestDirStaysWhereItIs(t *testing.T) {
	t.Parallel()
	d, root := openTemp(t)
	if err := errors.Join(d.mkdir("a", 0o755), d.mkdir("b", 0o755)); err != nil {
		t.Fatal(err)
	}
	sub, err := d.enter("a")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(root.Rename("a", "moved"), root.Symlink("b", "a")); err != nil {
		t.Fatal(err)
	}
	create(t, sub, "f", "")
	if err := sub.close(); err != nil {
		t.Error(err)
	}
	if _, err := root.Lstat("moved/f"); err != nil {
		t.Error(err)
	}
	if _, err := root.Lstat("b/f"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want nothing there", err)
	}
}

func TestDirFollowsNoLink(t *testing.T) {
	t.Parallel()
	d, root := openTemp(t)
	outside := t.TempDir()
	err := errors.Join(root.Mkdir("real", 0o755), root.Symlink("real", "inside"), root.Symlink("nothing", "dangling"),
		root.Symlink(outside, "outside"), root.Symlink(filepath.Join(outside, "f"), "file"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"inside", "dangling", "outside", "file"} {
		if _, err := d.enter(name); err == nil {
			t.Errorf("entered %s", name)
		}
		if _, err := d.create(name, 0o600); !errors.Is(err, fs.ErrExist) {
			t.Errorf("create %s: got %v, want that it exists", name, err)
		}
		if err := d.mkdir(name, 0o755); !errors.Is(err, fs.ErrExist) {
			t.Errorf("mkdir %s: got %v, want that it exists", name, err)
		}
	}
	if entries, err := os.ReadDir(outside); err != nil || len(entries) > 0 {
		t.Errorf("outside: %v, %v", entries, err)
	}
}

func TestDirWantsOneComponent(t *testing.T) {
	t.Parallel()
	d, _ := openTemp(t)
	for _, name := range []string{"", ".", "..", "a/b", "/a", "a/", "../a", "a\x00", `a\b`} {
		_, entered := d.enter(name)
		_, created := d.create(name, 0o600)
		for _, err := range []error{entered, created, d.mkdir(name, 0o755)} {
			if !errors.Is(err, fs.ErrInvalid) {
				t.Errorf("%q: got %v", name, err)
			}
		}
	}
	if _, err := d.enter("missing"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	create(t, d, "f", "")
	if _, err := d.enter("f"); err == nil {
		t.Error("entered a file")
	}
}
