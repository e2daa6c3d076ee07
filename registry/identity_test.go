package registry_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

func wantRootError(t testing.TB, err error, adoptable bool) {
	t.Helper()
	refused, ok := errors.AsType[*registry.RootError](err)
	if !ok || refused.Adoptable != adoptable || !errors.Is(err, pack.ErrStore) || pack.CodeOf(err) != pack.CodeStoreCorrupt {
		t.Errorf("got error %v, want a RootError that says adoptable: %v", err, adoptable)
	}
}

func readFormat(t testing.TB, dir string) (format struct {
	Format int
	Root   string
},
) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "format"))
	if err == nil {
		err = json.Unmarshal(data, &format)
	}
	if err != nil {
		t.Fatal(err)
	}
	return format
}

// TestProgramThatKeepsRecordsInMemory is started twice on one root: the second
// time its records are empty, while the packs are there.
func TestProgramThatKeepsRecordsInMemory(t *testing.T) {
	t.Parallel()
	dir, path := filepath.Join(t.TempDir(), "root"), write(t, simplePack("demo", "1.0.0"))
	program := func() error {
		s, err := registry.Open(t.Context(), registry.Config{Root: dir, Records: registry.NewMemory()})
		if err != nil {
			return err
		}
		_, err = s.Register(t.Context(), registry.Request{Paths: []string{path}})
		return errors.Join(err, s.Close())
	}
	if err := program(); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, dir)
	err := program()
	wantRootError(t, err, true)
	for _, word := range []string{dir, "records are missing", "packs in the root (1)", "adopt"} {
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("error %v does not mention %q", err, word)
		}
	}
	if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
		t.Errorf("the root changed (-before +after)\n%s", diff)
	}
}

// TestProgramThatKeepsRecordsInFiles is started three times.
func TestProgramThatKeepsRecordsInFiles(t *testing.T) {
	t.Parallel()
	dir, path := filepath.Join(t.TempDir(), "root"), write(t, simplePack("demo", "1.0.0"))
	for n := range 3 {
		r := root{dir, openFiles(t, filepath.Join(dir, "records"))}
		if got := register(t, r.open(t), "", path)[0]; got.Unchanged != (n > 0) {
			t.Errorf("run %d: got %+v", n, got)
		}
	}
}

func TestRecordsOfAnotherRoot(t *testing.T) {
	t.Parallel()
	one, other, unused := newRoot(t), newRoot(t), newRoot(t)
	one.open(t)
	register(t, other.open(t), "", write(t, simplePack("demo", "1.0.0")))
	id, _ := one.records.Root(t.Context(), "")
	if format := readFormat(t, one.dir); format.Format != 1 || format.Root != id || id == "" {
		t.Errorf("got %+v, records belong to %q", format, id)
	}
	foreign := registry.NewMemory()
	copyRecords(t, other.records, foreign)
	used := registry.NewMemory() // by a release that did not bind records
	if _, err := used.Apply(t.Context(), activating("1", 1, "a")); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		dir       string
		records   registry.Records
		adoptable bool
	}{
		"of another root":             {one.dir, foreign, false},
		"of another root, new here":   {unused.dir, foreign, false},
		"new, while the root has IDs": {one.dir, registry.NewMemory(), true},
		"unbound, with other packs":   {one.dir, used, true},
		"unbound, in a new directory": {unused.dir, used, true},
		"new, while the root is full": {other.dir, registry.NewMemory(), true},
	} {
		_, err := registry.Open(t.Context(), registry.Config{Root: tt.dir, Records: tt.records})
		if refused, ok := errors.AsType[*registry.RootError](err); !ok || refused.Adoptable != tt.adoptable {
			t.Errorf("%s: got %v", name, err)
		}
	}
	_, err := registry.Open(t.Context(), registry.Config{Root: one.dir, Records: foreign, Adopt: true})
	wantRootError(t, err, false)
}

// TestRecordsThatLostTheirPacks are those of the root by their ID, and know none
// of its packs.
func TestRecordsThatLostTheirPacks(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	register(t, r.open(t), "", write(t, simplePack("demo", "1.0.0")))
	rec, err := r.records.Pack(t.Context(), "demo")
	if err != nil {
		t.Fatal(err)
	}
	lost := registry.Operation{ID: "lost", Remove: []registry.Removal{{Ref: "demo", Generation: rec.Active.Name}}}
	if _, err := r.records.Apply(t.Context(), lost); err != nil {
		t.Fatal(err)
	}
	c := r.config()
	_, err = registry.Open(t.Context(), c)
	wantRootError(t, err, true)
	c.Adopt = true
	r.openWith(t, c)
	if got := state(t, r); got != "1.0.0" {
		t.Errorf("adopted: got %s", got)
	}
}

// TestRootOfAnOlderRelease has no format file, and records that belong to no
// root.
func TestRootOfAnOlderRelease(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	register(t, r.open(t), "", write(t, simplePack("demo", "1.0.0")))
	if err := os.Remove(filepath.Join(r.dir, "format")); err != nil {
		t.Fatal(err)
	}
	rec, err := r.records.Pack(t.Context(), "demo")
	if err != nil {
		t.Fatal(err)
	}
	old := root{r.dir, registry.NewMemory()}
	_, err = registry.Open(t.Context(), old.config())
	wantRootError(t, err, true)
	op := registry.Operation{ID: "1", Activate: []registry.Activation{{Ref: "demo", Generation: rec.Active, Manifest: rec.Manifest}}}
	if _, err := old.records.Apply(t.Context(), op); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		old.open(t)
		id, err := old.records.Root(t.Context(), "")
		if format := readFormat(t, r.dir); err != nil || id == "" || format.Root != id {
			t.Errorf("format %+v, records belong to %q, %v", format, id, err)
		}
	}
	// Its format was lost, but not that of the records.
	if err := os.Remove(filepath.Join(r.dir, "format")); err != nil {
		t.Fatal(err)
	}
	old.open(t)
	if id, _ := old.records.Root(t.Context(), ""); readFormat(t, r.dir).Root != id {
		t.Errorf("format %+v, records belong to %q", readFormat(t, r.dir), id)
	}
}

func TestFormats(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		`{"format":2,"root":"x"}`: "newer release", `{"format":1}`: "damaged", `{"root":"x"}`: "damaged", "": "damaged", "{": "damaged",
	} {
		r := newRoot(t)
		r.open(t)
		writeTo(t, r.dir, files{"format": content})
		before := snapshot(t, r.dir)
		_, err := registry.Open(t.Context(), r.config())
		if pack.CodeOf(err) != pack.CodeStoreCorrupt || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v", content, err)
		}
		if diff := cmp.Diff(before, snapshot(t, r.dir)); diff != "" {
			t.Errorf("%q: the root changed (-before +after)\n%s", content, diff)
		}
	}
}

// TestManyOpenANewRoot lets several processes open a new root at once, through
// records that they share.
func TestManyOpenANewRoot(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "root")
	const processes = 6
	errs := make([]error, processes)
	var wg sync.WaitGroup
	for i := range processes {
		wg.Go(func() {
			records, err := registry.OpenFiles(t.Context(), filepath.Join(dir, "records"))
			if err == nil {
				var s *registry.Store
				if s, err = registry.Open(t.Context(), registry.Config{Root: dir, Records: records}); err == nil {
					err = s.Close()
				}
			}
			errs[i] = err
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if id, err := openFiles(t, filepath.Join(dir, "records")).Root(t.Context(), ""); err != nil || readFormat(t, dir).Root != id {
		t.Errorf("format %+v, records belong to %q, %v", readFormat(t, dir), id, err)
	}
}

// TestOtherFilesAmongThePointers puts what is not a pack beside the links to packs: opening
// the root does not fail because of it.
func TestOtherFilesAmongThePointers(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	register(t, r.open(t), "", write(t, simplePack("demo", "1.0.0")))
	writeTo(t, r.dir, files{"current/notes": "", "current/dir/file": ""})
	if err := os.Symlink("/", filepath.Join(r.dir, "current", "link")); err != nil {
		t.Fatal(err)
	}
	s := r.open(t)
	report, err := s.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []pack.Ref
	for _, d := range report.Differences {
		got = append(got, d.Ref)
	}
	if diff := cmp.Diff([]pack.Ref{"dir", "link", "notes"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
