package fsx_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/packtrain/pack/internal/os/fsx"
)

// place returns a place in a directory that is opened, and its path.
func place(t *testing.T, dir, name string) (fsx.Place, string) {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	return fsx.Place{Dir: root, Name: name}, filepath.Join(dir, filepath.FromSlash(name))
}

func read(t *testing.T, dir string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "f"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// swaps are the ways of swapping.
func swaps() map[string]func(a, b fsx.Place) error {
	return map[string]func(a, b fsx.Place) error{"by the system": fsx.Swap, "in steps": fsx.SwapInSteps}
}

func TestSwap(t *testing.T) {
	t.Parallel()
	for name, swap := range swaps() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			one, two := t.TempDir(), t.TempDir()
			tree(t, filepath.Join(one, "sub"), "")
			a, pathA := place(t, one, "sub/a")
			b, pathB := place(t, two, "b")
			tree(t, pathA, "A")
			tree(t, pathB, "B")
			if err := swap(a, b); err != nil {
				t.Fatal(err)
			}
			if read(t, pathA) != "B" || read(t, pathB) != "A" {
				t.Errorf("a holds %q, b holds %q", read(t, pathA), read(t, pathB))
			}
			for dir, want := range map[string]int{filepath.Join(one, "sub"): 2, two: 1} {
				if entries, err := os.ReadDir(dir); err != nil || len(entries) != want {
					t.Errorf("left over: %v, %v", entries, err)
				}
			}
		})
	}
}

func TestSwapOfWhatIsNotThereChangesNothing(t *testing.T) {
	t.Parallel()
	for name, swap := range swaps() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			a, _ := place(t, dir, "a")
			b, path := place(t, dir, "b")
			tree(t, path, "B")
			if err := swap(a, b); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("got %v", err)
			}
			if got := read(t, path); got != "B" {
				t.Errorf("b holds %q", got)
			}
		})
	}
}

// TestRenameOverWhatIsThere: a directory takes the place of nothing and of an
// empty directory, no other.
func TestRenameOverWhatIsThere(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		make func(path string) error
		ok   bool
		is   error
	}{
		"nothing":    {make: func(string) error { return nil }, ok: true},
		"a full one": {make: func(p string) error { return os.MkdirAll(filepath.Join(p, "x"), 0o755) }, is: fs.ErrExist},
		"a link":     {make: func(p string) error { return os.Symlink("nowhere", p) }, is: fs.ErrExist},
		"a file":     {make: func(p string) error { return os.WriteFile(p, nil, 0o644) }, is: fs.ErrExist},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, source := place(t, t.TempDir(), "a")
			to, path := place(t, t.TempDir(), "b")
			tree(t, source, "A")
			if err := tc.make(path); err != nil {
				t.Fatal(err)
			}
			err := fsx.Rename(from, to)
			if (err == nil) != tc.ok || tc.is != nil && !errors.Is(err, tc.is) {
				t.Errorf("got %v", err)
			}
			if tc.ok {
				source = path
			}
			if got := read(t, source); got != "A" {
				t.Errorf("got %q", got)
			}
		})
	}
}

// TestDirectoriesThatWereExchanged: a place is in the directory that was opened,
// whatever has its name by now.
func TestDirectoriesThatWereExchanged(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("directories that are open cannot be exchanged")
	}
	dir := t.TempDir()
	for _, name := range []string{"one", "two"} {
		tree(t, filepath.Join(dir, name), "")
	}
	a, pathA := place(t, filepath.Join(dir, "one"), "x")
	b, pathB := place(t, filepath.Join(dir, "two"), "x")
	tree(t, pathA, "A")
	tree(t, pathB, "B")
	for _, name := range []string{"one", "two"} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.Rename(path, path+"-away"), os.Mkdir(path, 0o755)); err != nil {
			t.Fatal(err)
		}
		tree(t, filepath.Join(path, "x"), "other")
	}
	if err := fsx.Swap(a, b); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"one": "other", "two": "other", "one-away": "B", "two-away": "A"} {
		if got := read(t, filepath.Join(dir, name, "x")); got != want {
			t.Errorf("%s holds %q, want %q", name, got, want)
		}
	}
}
