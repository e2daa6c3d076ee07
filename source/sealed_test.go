package source_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

func sealed(t *testing.T, files fstest.MapFS) (dir string, fsys fs.FS, result source.TreeResult) {
	t.Helper()
	tree, err := source.NewTree(filepath.Join(t.TempDir(), "tree"), &source.TreeOptions{StripTop: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := source.PutFS(t.Context(), tree, files); err != nil {
		t.Fatal(err)
	}
	if result, err = tree.Finish(); err != nil {
		t.Fatal(err)
	}
	// As after putting it in its place.
	dir = filepath.Join(t.TempDir(), "moved")
	if err := os.Rename(result.Dir, dir); err != nil {
		t.Fatal(err)
	}
	return dir, result.FS(dir), result
}

func packFiles() fstest.MapFS {
	return fstest.MapFS{
		"top/pack.yaml":          {Data: []byte("ref: demo\nversion: 1.0.0\n")},
		"top/actions/a/deep.py":  {Data: []byte("print()\n"), Mode: 0o755},
		"top/actions/empty.yaml": {Data: nil},
	}
}

func TestSealedContentIsAFileSystem(t *testing.T) {
	t.Parallel()
	dir, fsys, result := sealed(t, packFiles())
	if err := fstest.TestFS(fsys, "pack.yaml", "actions/a/deep.py", "actions/empty.yaml"); err != nil {
		t.Error(err)
	}
	got, err := pack.TreeDigest(fsys)
	if err != nil || got != result.TreeDigest {
		t.Errorf("got %v, %v; want the digest of what was received, %v", got, err, result.TreeDigest)
	}
	want, err := fs.ReadFile(os.DirFS(dir), "pack.yaml")
	if err != nil {
		t.Fatal(err)
	}
	data, err := fs.ReadFile(fsys, "pack.yaml")
	if err != nil || !bytes.Equal(data, want) {
		t.Errorf("got %q, %v", data, err)
	}
}

func TestSealedContentNoticesChanges(t *testing.T) {
	t.Parallel()
	const name = "pack.yaml"
	for what, change := range map[string]func(path string) error{
		"other content": func(path string) error { return os.WriteFile(path, []byte("ref: evil\nversion: 1.0.0\n"), 0o644) },
		"longer": func(path string) error {
			return os.WriteFile(path, []byte("ref: demo\nversion: 1.0.0\n# more\n"), 0o644)
		},
		"removed": os.Remove,
		"a link to other content": func(path string) error {
			other := filepath.Join(filepath.Dir(path), "other")
			return errors.Join(os.WriteFile(other, []byte("ref: evil\n"), 0o644), os.Remove(path), os.Symlink(other, path))
		},
		"a directory": func(path string) error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o755)) },
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			dir, fsys, _ := sealed(t, packFiles())
			if err := change(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
			if _, err := fs.ReadFile(fsys, name); pack.CodeOf(err) != pack.CodeContentChanged {
				t.Errorf("got %v", err)
			}
			if _, err := pack.Load(fsys, nil); pack.CodeOf(err) != pack.CodeContentChanged {
				t.Errorf("loading: got %v", err)
			}
		})
	}
}

func TestSealedContentDoesNotSeeWhatIsAdded(t *testing.T) {
	t.Parallel()
	dir, fsys, _ := sealed(t, packFiles())
	if err := os.WriteFile(filepath.Join(dir, "requirements.txt"), []byte("evil\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	entries, err := fs.ReadDir(fsys, ".")
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if diff := cmp.Diff([]string{"actions", "pack.yaml"}, names); diff != "" || err != nil {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	if _, err := fs.Stat(fsys, "requirements.txt"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
