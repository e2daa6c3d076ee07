package fsx_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/packtrain/pack/internal/os/fsx"
)

func TestMkdirOwn(t *testing.T) {
	t.Parallel()
	parent, path := place(t, t.TempDir(), "new")
	dir, err := fsx.MkdirOwn(parent.Dir, "new")
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	info, err := os.Stat(path)
	if err != nil || info.Mode() != fs.ModeDir|0o700 {
		t.Errorf("got %v, %v", info.Mode(), err)
	}
	if left, err := os.ReadDir(path); err != nil || len(left) > 0 {
		t.Errorf("it holds %v, %v", left, err)
	}
	if _, err := fsx.MkdirOwn(parent.Dir, "new"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second time: got %v", err)
	}
}

// TestExchangedNewDirectory: what has the name of a directory that was just made
// is another one by now.
func TestExchangedNewDirectory(t *testing.T) {
	t.Parallel()
	full := func(dir string) error { return os.MkdirAll(filepath.Join(dir, "x"), 0o755) }
	for name, tc := range map[string]struct {
		make func(path string) error
		root bool
		ok   bool
	}{
		"a full one":           {make: full},
		"a link to a full one": {make: func(p string) error { return errors.Join(full(p+"-x"), os.Symlink(filepath.Base(p)+"-x", p)) }},
		"a link outside":       {make: func(p string) error { return os.Symlink(t.TempDir(), p) }},
		"a file":               {make: func(p string) error { return os.WriteFile(p, nil, 0o600) }},
		"nothing":              {make: func(string) error { return nil }},
		"one of another user":  {make: func(p string) error { return errors.Join(os.Mkdir(p, 0o755), os.Chown(p, 12345, 12345)) }, root: true},
		"one for all":          {make: func(p string) error { return errors.Join(os.Mkdir(p, 0o700), os.Chmod(p, 0o777)) }, ok: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tc.root && os.Geteuid() != 0 {
				t.Skip("only root can give directories away")
			}
			parent, path := place(t, t.TempDir(), "new")
			if err := tc.make(path); err != nil {
				t.Fatal(err)
			}
			dir, err := fsx.OpenOwn(parent.Dir, "new")
			if (err == nil) != tc.ok {
				t.Errorf("got %v", err)
			}
			if err != nil {
				return
			}
			defer dir.Close()
			if info, err := dir.Stat("."); err != nil || info.Mode().Perm() != 0o700 {
				t.Errorf("got %v, %v", info.Mode(), err)
			}
		})
	}
}
