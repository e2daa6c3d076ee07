package sqlitetest_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// aRoot returns a root with one pack and the records in file.
func aRoot(t *testing.T, file func(root string) string) (dir, db string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "root")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	db = file(dir)
	s, err := openRoot(t, dir, db, false)
	if err != nil {
		t.Fatal(err)
	}
	installDemo(t, s, "1.0.0")
	return dir, db
}

func openRoot(t *testing.T, dir, db string, adopt bool) (*registry.Store, error) {
	t.Helper()
	return registry.Open(t.Context(), registry.Config{Root: dir, Records: openRecords(t, db), Adopt: adopt})
}

func installDemo(t *testing.T, s *registry.Store, version string) {
	t.Helper()
	src := t.TempDir()
	manifest := "ref: demo\nversion: " + version + "\nlabel: L\ndescription: D\n"
	if err := os.WriteFile(filepath.Join(src, "pack.yaml"), []byte(manifest), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Register(t.Context(), registry.Request{Paths: []string{src}, Replace: registry.ReplaceUpgrade}); err != nil {
		t.Fatal(err)
	}
}

func copyRoot(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(to, 0o700); err != nil {
		t.Fatal(err)
	}
	return to
}

func beside(root string) string { return root + ".db" }

// TestCopiedRoot copies a root whose records are elsewhere: the copy can be read, and
// changed only after it was adopted, which makes a copy of the original.
func TestCopiedRoot(t *testing.T) {
	t.Parallel()
	dir, db := aRoot(t, beside)
	copied := copyRoot(t, dir)
	_, err := openRoot(t, copied, db, false)
	if e, ok := errors.AsType[*registry.RootError](err); !ok || !e.Adoptable || !errors.Is(err, pack.ErrStore) || !strings.Contains(err.Error(), dir) {
		t.Fatalf("copy: got %v", err)
	}
	reader, err := registry.OpenReadOnly(t.Context(), registry.Config{Root: copied, Records: openRecords(t, db)})
	if err != nil {
		t.Fatal(err)
	}
	if packs, err := reader.List(t.Context()); err != nil || len(packs) != 1 {
		t.Errorf("reading the copy: %v, %v", packs, err)
	}
	s, err := openRoot(t, dir, db, false)
	if err != nil {
		t.Fatalf("the original: %v", err)
	}
	installDemo(t, s, "1.1.0")
	copied = copyRoot(t, dir)
	if s, err = openRoot(t, copied, db, true); err != nil {
		t.Fatalf("adopted: %v", err)
	}
	installDemo(t, s, "1.2.0")
	if _, err := openRoot(t, dir, db, false); !errors.Is(err, pack.ErrStore) {
		t.Errorf("the original after the copy was adopted: got %v", err)
	}
}

// TestMovedRootWithRecordsElsewhere moves a root, and reaches it by a link.
func TestMovedRootWithRecordsElsewhere(t *testing.T) {
	t.Parallel()
	dir, db := aRoot(t, beside)
	moved := filepath.Join(t.TempDir(), "moved")
	if err := os.Rename(dir, moved); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		s, err := openRoot(t, moved, db, false)
		if err != nil {
			t.Fatal(err)
		}
		installDemo(t, s, "1.0.0")
	}
	parent := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(filepath.Dir(moved), parent); err != nil {
		t.Fatal(err)
	}
	if _, err := openRoot(t, filepath.Join(parent, "moved"), db, false); err != nil {
		t.Errorf("through a link: %v", err)
	}
}

// TestCopiedRootWithRecordsInside copies a root with its records.
func TestCopiedRootWithRecordsInside(t *testing.T) {
	t.Parallel()
	dir, _ := aRoot(t, func(root string) string { return filepath.Join(root, "packtrain.db") })
	copied := copyRoot(t, dir)
	for version, root := range map[string]string{"1.1.0": copied, "1.2.0": dir} {
		s, err := openRoot(t, root, filepath.Join(root, "packtrain.db"), false)
		if err != nil {
			t.Fatal(err)
		}
		installDemo(t, s, version)
	}
}

// TestOtherRootAtThePlace puts another root where a moved one was.
func TestOtherRootAtThePlace(t *testing.T) {
	t.Parallel()
	dir, db := aRoot(t, beside)
	moved := filepath.Join(t.TempDir(), "moved")
	if err := os.Rename(dir, moved); err != nil {
		t.Fatal(err)
	}
	if _, err := openRoot(t, dir, filepath.Join(t.TempDir(), "other.db"), false); err != nil {
		t.Fatal(err)
	}
	if _, err := openRoot(t, moved, db, false); err != nil {
		t.Error(err)
	}
}
