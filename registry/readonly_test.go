package registry_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// openReadOnly opens a root with records in files only for reading.
func openReadOnly(t testing.TB, dir string) (*registry.Store, error) {
	t.Helper()
	records, err := registry.OpenFiles(t.Context(), filepath.Join(dir, "records"))
	if err != nil {
		return nil, err
	}
	return registry.OpenReadOnly(t.Context(), registry.Config{Root: dir, Records: records})
}

// newFilesRoot returns a root with records in files and one pack.
func newFilesRoot(t *testing.T, group bool) *root {
	t.Helper()
	r := &root{dir: filepath.Join(t.TempDir(), "root")}
	r.records = openFiles(t, filepath.Join(r.dir, "records"))
	c := r.config()
	c.GroupAccess = group
	register(t, r.openWith(t, c), "", write(t, simplePack("demo", "1.0.0")))
	return r
}

// TestReadOnly reads a root with what no living process works on, and changes nothing.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	r := newFilesRoot(t, false)
	upgrade := acts(t)[1]
	dieAtStep(t, r, "move pointer", upgrade.do)
	for _, missing := range []string{"trash", "locks"} { // as in a copy
		if err := os.RemoveAll(filepath.Join(r.dir, missing)); err != nil {
			t.Fatal(err)
		}
	}
	before := snapshot(t, r.dir)
	s, err := openReadOnly(t, r.dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := marked(t, s); len(got["demo"]) != 1 {
		t.Errorf("got %v, want the interrupted upgrade marked", got)
	}
	if diff := cmp.Diff([]string{"demo pointer"}, differences(t, s)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if installed, err := s.InstalledPacks(t.Context()); err != nil || len(installed) != 1 {
		t.Errorf("got %v, %v", installed, err)
	}
	if _, err := s.Config(t.Context(), "demo"); err != nil {
		t.Error(err)
	}
	_, registered := s.Register(t.Context(), registry.Request{Paths: []string{t.TempDir()}})
	_, rolledBack := s.RollBack(t.Context(), "demo", nil)
	_, repaired := s.Repair(t.Context())
	_, _, staged := s.Stage(t.Context())
	for what, err := range map[string]error{
		"register": registered, "roll back": rolledBack, "repair": repaired, "stage": staged,
		"remove": s.Remove(t.Context(), "demo", nil), "configure": second(s.SetConfig(t.Context(), "demo", nil, nil)), "reap": s.Reap(t.Context()),
	} {
		if !errors.Is(err, pack.ErrInvalid) {
			t.Errorf("%s: got %v", what, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(before, snapshot(t, r.dir)); diff != "" {
		t.Errorf("reading changed the root, -before +after:\n%s", diff)
	}
}

// TestReadOnlyRefuses opens roots that cannot be read.
func TestReadOnlyRefuses(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "root")
	if _, err := openReadOnly(t, missing); !errors.Is(err, pack.ErrNotFound) {
		t.Errorf("missing: got %v", err)
	}
	if _, err := os.Lstat(missing); err == nil {
		t.Error("the root was created")
	}
	r := newFilesRoot(t, false)
	other := newFilesRoot(t, false)
	for name, records := range map[string]registry.Records{"of another root": other.records, "new": registry.NewMemory()} {
		_, err := registry.OpenReadOnly(t.Context(), registry.Config{Root: r.dir, Records: records, Adopt: true})
		if _, ok := errors.AsType[*registry.RootError](err); !ok {
			t.Errorf("records %s: got %v", name, err)
		}
	}
	empty, err := openReadOnly(t, t.TempDir())
	if err != nil {
		t.Fatalf("empty: %v", err)
	}
	if listed, err := empty.List(t.Context()); err != nil || len(listed) != 0 {
		t.Errorf("empty: got %v, %v", listed, err)
	}
}
