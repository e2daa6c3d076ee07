package sqlitetest_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/registry/internal/generations"
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

func openNewRoot(t *testing.T, ctx context.Context, dir, db string) (*registry.Store, error) { //nolint:revive // the context has faults
	t.Helper()
	return registry.Open(ctx, registry.Config{Root: dir, Records: openRecords(t, db), NewRoot: true})
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

// TestCopyAsNewRoot makes a root of a copy: both are changed, and neither sees what the
// other one does. Asking for it again changes nothing.
func TestCopyAsNewRoot(t *testing.T) {
	t.Parallel()
	dir, db := aRoot(t, beside)
	copied := copyRoot(t, dir)
	for i, version := range []string{"1.1.0", "1.2.0"} {
		s, err := openNewRoot(t, t.Context(), copied, db)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 { // as it was copied
			wantVersion(t, s, "1.0.0")
		}
		installDemo(t, s, version)
	}
	for root, version := range map[string]string{dir: "1.0.0", copied: "1.2.0"} {
		s, err := openRoot(t, root, db, false)
		if err != nil {
			t.Fatal(err)
		}
		wantVersion(t, s, version)
		if report, err := s.Verify(t.Context()); err != nil || len(report.Differences) > 0 {
			t.Errorf("%s: %+v, %v", root, report, err)
		}
	}
}

// TestNewRootHasNoEffect asks for a new root where there is none: of a root, and of one
// that was moved.
func TestNewRootHasNoEffect(t *testing.T) {
	t.Parallel()
	dir, db := aRoot(t, beside)
	moved := filepath.Join(t.TempDir(), "moved")
	before := readFile(t, filepath.Join(dir, "format"))
	if _, err := openNewRoot(t, t.Context(), dir, db); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(dir, moved); err != nil {
		t.Fatal(err)
	}
	if _, err := openNewRoot(t, t.Context(), moved, db); err != nil {
		t.Fatal(err)
	}
	if after := readFile(t, filepath.Join(moved, "format")); after != before {
		t.Errorf("the identity %s became %s", before, after)
	}
}

// TestNewRootInterrupted fails at each step at which a copy becomes a root: it is still a
// copy, and becomes one when that is asked for again. The original is not affected.
func TestNewRootInterrupted(t *testing.T) {
	t.Parallel()
	dir, db := aRoot(t, beside)
	errFault := errors.New("fault")
	for at := 1; ; at++ {
		copied, n := copyRoot(t, dir), 0
		ctx := generations.WithFault(t.Context(), func(string) error {
			if n++; n >= at {
				return errFault
			}
			return nil
		})
		if _, err := openNewRoot(t, ctx, copied, db); err == nil {
			if at < 3 {
				t.Errorf("there were only %d steps", n)
			}
			return
		}
		s, err := openNewRoot(t, t.Context(), copied, db)
		if err != nil {
			t.Fatalf("after step %d failed: %v", at, err)
		}
		installDemo(t, s, "2.0.0")
		original, err := openRoot(t, dir, db, false)
		if err != nil {
			t.Fatalf("after step %d failed: the original: %v", at, err)
		}
		wantVersion(t, original, "1.0.0")
	}
}

func wantVersion(t *testing.T, s *registry.Store, version string) {
	t.Helper()
	if got, err := s.InstalledVersion(t.Context(), "demo"); err != nil || got.String() != version {
		t.Errorf("version %s, %v, want %s", got, err, version)
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
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

// twoRoots has two roots in one database: what one does is not seen in the other.
func twoRoots(t *testing.T) {
	t.Parallel()
	db := filepath.Join(t.TempDir(), "records.db")
	roots := []string{filepath.Join(t.TempDir(), "one"), filepath.Join(t.TempDir(), "two")}
	for i, version := range []string{"1.0.0", "2.0.0"} {
		s, err := openRoot(t, roots[i], db, false)
		if err != nil {
			t.Fatal(err)
		}
		installDemo(t, s, version)
	}
	one, err := openRoot(t, roots[0], db, false)
	if err != nil {
		t.Fatal(err)
	}
	wantVersion(t, one, "1.0.0")
	if err := one.Remove(t.Context(), "demo", nil); err != nil {
		t.Fatal(err)
	}
	two, err := openRoot(t, roots[1], db, false)
	if err != nil {
		t.Fatal(err)
	}
	wantVersion(t, two, "2.0.0")
	if report, err := two.Verify(t.Context()); err != nil || len(report.Verified) != 1 || len(report.Differences) > 0 {
		t.Errorf("got %+v, %v", report, err)
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
