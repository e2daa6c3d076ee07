package registry_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// hostileClocks lets the clock jump by years: no lease ends early, and none remains.
func hostileClocks(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	c := r.config()
	now := time.Now()
	c.Clock = func() time.Time { return now }
	s := r.openWith(t, c)
	for _, jump := range []int{10, -20, 30} {
		register(t, s, "", write(t, simplePack("demo", "1.0.0")))
		snap := takeSnapshot(t, s)
		remove(t, s, "demo")
		now = now.AddDate(jump, 0, 0)
		reap(t, s)
		wantVersions(t, snap, "demo 1.0.0")
		snap.Release()
		now = now.AddDate(-jump/2, 0, 0)
		reap(t, s)
		if _, err := os.Stat(filepath.Join(r.dir, "packs", "demo")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("after a jump of %d years: %v", jump, err)
		}
	}
}

// keptForRollBack collects between an upgrade and rolling back.
func keptForRollBack(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	c := r.config()
	c.Clock = func() time.Time { return time.Now().AddDate(10, 0, 0) }
	s, collecting := r.open(t), r.openWith(t, c)
	register(t, s, "", write(t, simplePack("demo", "1.0.0")))
	for n := range 5 {
		register(t, s, registry.ReplaceAny, write(t, simplePack("demo", fmt.Sprintf("2.%d.0", n))))
		reap(t, collecting)
	}
	for n := 3; n >= 0; n-- {
		rec, err := s.RollBack(t.Context(), "demo", nil)
		if want := fmt.Sprintf("2.%d.0", n); err != nil || rec.Active.Version.String() != want {
			t.Fatalf("rolled back to %s, %v, want %s", rec.Active.Version, err, want)
		}
		reap(t, collecting)
	}
	state(t, r)
}

// crashInCollection lets a process die at each step of deleting removed packs: what a
// reader holds and what is active stays, and the rest is deleted by the next one.
func crashInCollection(t *testing.T) {
	t.Parallel()
	for n := 1; ; n++ {
		r := newRoot(t)
		s := r.open(t)
		paths := []string{write(t, simplePack("demo", "1.0.0")), write(t, simplePack("lib", "1.0.0"))}
		register(t, s, "", paths...)
		held, released := takeSnapshot(t, s, "demo"), takeSnapshot(t, s, "lib")
		for _, ref := range []pack.Ref{"demo", "lib"} {
			remove(t, s, ref)
		}
		active := register(t, s, "", paths...)
		released.Release()

		mortality := &reaper{err: errDead}
		dying := openMortal(t, r, mortality)
		mortality.step, mortality.dieAt = 0, n
		_ = dying.Reap(t.Context())
		died := mortality.dead()
		what := fmt.Sprintf("step %d, %q", n, mortality.steps[len(mortality.steps)-1])
		reap(t, r.open(t))
		wantVersions(t, held, "demo 1.0.0")
		wantVersions(t, takeSnapshot(t, r.open(t)), "demo 1.0.0", "lib 1.0.0")
		if got := generationsOnDisk(t, r, "lib"); len(got) != 1 || got[0] != active[1].Generation {
			t.Errorf("%s: left of lib: %q, want %s", what, got, active[1].Generation)
		}
		if t.Failed() || !died {
			return
		}
	}
}
