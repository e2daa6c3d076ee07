package workdir_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/workdir"
)

// write writes empty files, and a .packignore.
func write(t *testing.T, dir, ignored string, names ...string) {
	t.Helper()
	for _, name := range append(names, workdir.IgnoreFile) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(ignored), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
}

func list(t *testing.T, fsys fs.FS) (names []string) {
	t.Helper()
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestDir(t *testing.T) {
	t.Parallel()
	every := []string{"a", "b.log", "lib/.git/x", "lib/x.pyc", "node_modules/a/b", "notes/c", "venv/keep"}
	received := []string{".packignore", "a", "b.log", "lib/x.pyc", "node_modules/a/b", "notes/c", "venv/keep"}
	root := t.TempDir()
	for name, tc := range map[string]struct {
		path     string // below root
		received bool
		beside   []string
		want     []string
	}{
		"working directory":                {"a/demo", false, nil, []string{".packignore", "a", "venv/keep"}},
		"received content":                 {"b/demo", true, nil, received},
		"installed generation":             {"packs/demo/000012-0123456789ab/pack", false, []string{"metadata.json"}, received},
		"generation without metadata":      {"packs/demo/000013-0123456789ab/pack", false, nil, []string{".packignore", "a", "venv/keep"}},
		"working directory beside a file":  {"c/pack", false, []string{"metadata.json"}, []string{".packignore", "a", "venv/keep"}},
		"directory that is named pack":     {"d/pack", false, nil, []string{".packignore", "a", "venv/keep"}},
		"other directory beside that file": {"e/demo", false, []string{"metadata.json"}, []string{".packignore", "a", "venv/keep"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(root, filepath.FromSlash(tc.path))
			write(t, path, "*.log\nnotes\n!venv", every...)
			for _, name := range tc.beside {
				write(t, filepath.Dir(path), "", name)
			}
			d, err := workdir.Open(nil, path, tc.received)
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			if diff := cmp.Diff(tc.want, list(t, d)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if _, err := d.Open("lib/.git/x"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("what is left out can be opened: %v", err)
			}
		})
	}
}

func TestPackignoreThatIsTooLarge(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, string(make([]byte, workdir.MaxIgnore+1)))
	if _, err := workdir.Open(nil, dir, false); pack.CodeOf(err) != pack.CodeLimitExceeded {
		t.Errorf("got %v", err)
	}
}

// TestHostile: an IgnoreFile of many patterns costs little for each file.
func TestHostile(t *testing.T) {
	t.Parallel()
	t.Run("I08 many patterns", func(t *testing.T) {
		t.Parallel()
		for _, pattern := range []string{"*a*b*c*d\n", "/**/a/**/b/**/c\n", "x\n"} {
			f := workdir.NewFilter([]byte(strings.Repeat(pattern, workdir.MaxIgnore/len(pattern))), func(string) bool { return false })
			start := time.Now()
			for i := range 100 {
				f.LeavesOut(entryOf(t), fmt.Sprintf("a/b/a/b/a/b/%d/%s", i, strings.Repeat("abc", 20)), false)
			}
			if took := time.Since(start); took > 4*time.Second { // milliseconds, or hours for a whole pack
				t.Errorf("100 names and many %q took %v", pattern, took)
			}
		}
	})
}

func entryOf(t *testing.T) fs.DirEntry {
	t.Helper()
	info, err := os.Stat(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return fs.FileInfoToDirEntry(info)
}
