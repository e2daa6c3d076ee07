package registry_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

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
