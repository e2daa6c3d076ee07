package registry_test

import (
	"context"
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
	for _, word := range []string{dir, "records are missing", "1 packs", "adopt"} {
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
	id, _ := one.records.Root(t.Context())
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
		id, err := old.records.Root(t.Context())
		if format := readFormat(t, r.dir); err != nil || id == "" || format.Root != id {
			t.Errorf("format %+v, records belong to %q, %v", format, id, err)
		}
	}
	// Its format was lost, but not that of the records.
	if err := os.Remove(filepath.Join(r.dir, "format")); err != nil {
		t.Fatal(err)
	}
	old.open(t)
	if id, _ := old.records.Root(t.Context()); readFormat(t, r.dir).Root != id {
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
	if id, err := openFiles(t, filepath.Join(dir, "records")).Root(t.Context()); err != nil || readFormat(t, dir).Root != id {
		t.Errorf("format %+v, records belong to %q, %v", readFormat(t, dir), id, err)
	}
}

// adoptable returns a root with two packs: demo, which was upgraded and rolled
// back, and lib, whose metadata are damaged when so.
func adoptable(t *testing.T, damaged bool) *root {
	t.Helper()
	r := newRoot(t)
	s := r.open(t)
	register(t, s, "", write(t, simplePack("demo", "1.0.0")), write(t, simplePack("lib", "1.0.0")))
	register(t, s, registry.ReplaceUpgrade, write(t, simplePack("demo", "2.0.0")))
	register(t, s, registry.ReplaceUpgrade, write(t, simplePack("demo", "3.0.0")))
	if _, err := s.RollBack(t.Context(), "demo", nil); err != nil {
		t.Fatal(err)
	}
	if damaged {
		lib, err := s.Show(t.Context(), "lib")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(filepath.Join(r.dir, "packs", "lib", lib.Active.Name, "metadata.json"), 5); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func TestAdopt(t *testing.T) {
	t.Parallel()
	r := adoptable(t, false)
	want, err := r.records.Packs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	adopted := root{r.dir, openFiles(t, t.TempDir())}
	c := adopted.config()
	c.Adopt = true
	s := adopted.openWith(t, c)
	got, err := adopted.records.Packs(t.Context())
	if err != nil || len(got) != len(want) {
		t.Fatalf("got %+v, %v", got, err)
	}
	for i := range want {
		if diff := cmp.Diff(want[i].Active, got[i].Active); diff != "" || cmp.Diff(want[i].Manifest, got[i].Manifest) != "" {
			t.Errorf("%s (-want +got)\n%s", want[i].Ref, diff)
		}
		components, err := adopted.records.Components(t.Context(), want[i].Ref)
		if err != nil || len(components) != 1 {
			t.Errorf("%s: components %+v, %v", want[i].Ref, components, err)
		}
	}
	if got := state(t, &adopted); got != "2.0.0" {
		t.Errorf("active: %s", got)
	}
	checkClean(t, &adopted)
	if back, err := s.RollBack(t.Context(), "demo", nil); err != nil || back.Active.Version.String() != "1.0.0" {
		t.Errorf("roll back: got %s, %v", back.Active.Version, err)
	}
	adopted.open(t) // without Adopt
	_, err = registry.Open(t.Context(), registry.Config{Root: r.dir, Records: registry.NewMemory()})
	wantRootError(t, err, true)
}

func TestAdoptLeavesOutWhatIsDamaged(t *testing.T) {
	t.Parallel()
	r := adoptable(t, true)
	adopted := root{r.dir, registry.NewMemory()}
	c := adopted.config()
	c.Adopt = true
	s := adopted.openWith(t, c)
	if got := state(t, &adopted); got != "2.0.0" {
		t.Errorf("active: %s", got)
	}
	if _, err := s.Show(t.Context(), "lib"); !errors.Is(err, pack.ErrNotFound) {
		t.Errorf("lib: got %v", err)
	}
	if got := register(t, s, "", write(t, simplePack("lib", "1.0.0")))[0]; got.Unchanged {
		t.Errorf("registered again: got %+v", got)
	}
}

// TestAdoptDyingAtAnyStep lets the process die before and after everything that
// it tells the records: adopting again goes on from there.
func TestAdoptDyingAtAnyStep(t *testing.T) {
	t.Parallel()
	for n := 1; ; n++ {
		r := adoptable(t, false)
		adopted := root{r.dir, registry.NewMemory()}
		c := adopted.config()
		c.Adopt = true
		mortality := &reaper{dieAt: n, err: errDead}
		dying := c
		dying.Records = mortalRecords{adopted.records, mortality}
		s, err := registry.OpenFaulty(t.Context(), dying, mortality.fault)
		if err == nil {
			_ = s.Close()
		}
		if len(mortality.steps) < n {
			return
		}
		adopted.openWith(t, c)
		if got := state(t, &adopted); got != "2.0.0" {
			t.Errorf("died at step %d: active %s", n, got)
		}
		checkClean(t, &adopted)
		if components, err := adopted.records.Components(t.Context(), "lib"); err != nil || len(components) != 1 {
			t.Errorf("died at step %d: components of lib: %+v, %v", n, components, err)
		}
		if n > 100 {
			t.Fatal("adopting does not come to an end")
		}
	}
}

// TestAdoptSettlesADeadChange adopts a pack that a process was upgrading when it
// died. The records that decided are lost, so what readers got counts.
func TestAdoptSettlesADeadChange(t *testing.T) {
	t.Parallel()
	v2 := write(t, simplePack("demo", "2.0.0"))
	for step, want := range map[string]string{"apply": "1.0.0", "applied": "1.0.0", "move pointer": "1.0.0", "sync pointers": "2.0.0"} {
		r := newRoot(t)
		register(t, r.open(t), "", write(t, simplePack("demo", "1.0.0")), write(t, simplePack("lib", "1.0.0")))
		dieAtStep(t, r, step, func(ctx context.Context, s *registry.Store) error {
			_, err := s.Register(ctx, registry.Request{Paths: []string{v2}, Replace: registry.ReplaceUpgrade})
			return err
		})
		adopted := root{r.dir, registry.NewMemory()}
		c := adopted.config()
		c.Adopt = true
		adopted.openWith(t, c)
		if got := state(t, &adopted); got != want {
			t.Errorf("died at %q: got %s, want %s", step, got, want)
		}
		checkClean(t, &adopted)
	}
}

// TestRecordsThatEndEarly: records that lost their last operations, as a copy or a file
// that was cut off, are refused: a pack they do not list would not be protected from
// changes of what it needs. Adopting it brings both back.
func TestRecordsThatEndEarly(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "root")
	log := filepath.Join(dir, "records", "log")
	do := func(adopt bool, f func(*registry.Store)) error {
		records, err := registry.OpenFiles(t.Context(), filepath.Dir(log))
		if err != nil {
			t.Fatal(err)
		}
		s, err := registry.Open(t.Context(), registry.Config{Root: dir, Records: records, Adopt: adopt})
		if err == nil {
			f(s)
			err = s.Close()
		}
		return err
	}
	var early int64
	err := do(false, func(s *registry.Store) {
		register(t, s, "", write(t, simplePack("lib", "1.0.0")))
		info, err := os.Stat(log)
		if err != nil {
			t.Fatal(err)
		}
		early = info.Size()
		register(t, s, "", write(t, simplePack("app", "1.0.0").needing("lib@^1")))
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int64{early, early + 5} {
		if err := os.Truncate(log, size); err != nil {
			t.Fatal(err)
		}
		wantRootError(t, do(false, func(*registry.Store) {}), true)
		err := do(true, func(s *registry.Store) {
			_, err := s.Register(t.Context(), registry.Request{Paths: []string{write(t, simplePack("lib", "2.0.0"))}, Replace: registry.ReplaceAny})
			if pack.CodeOf(err) != pack.CodeDependencyConflict {
				t.Errorf("breaking the adopted pack: got %v", err)
			}
		})
		if err != nil {
			t.Error(err)
		}
	}
}
