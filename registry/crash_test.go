package registry_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// An act changes the pack demo of a root that setUp made.
type act struct {
	name  string
	setUp func(t *testing.T, s *registry.Store)
	do    func(ctx context.Context, s *registry.Store) error
}

func acts(t *testing.T) []act {
	t.Helper()
	v1, v2 := write(t, simplePack("demo", "1.0.0")), write(t, simplePack("demo", "2.0.0"))
	upgrade := func(ctx context.Context, s *registry.Store) error {
		_, err := s.Register(ctx, registry.Request{Paths: []string{v2}, Replace: registry.ReplaceUpgrade})
		return err
	}
	installed := func(t *testing.T, s *registry.Store) {
		t.Helper()
		register(t, s, "", v1)
	}
	upgraded := func(t *testing.T, s *registry.Store) {
		t.Helper()
		installed(t, s)
		register(t, s, registry.ReplaceUpgrade, v2)
	}
	return []act{
		{"install", func(*testing.T, *registry.Store) {}, upgrade},
		{"upgrade", installed, upgrade},
		{"roll back", upgraded, func(ctx context.Context, s *registry.Store) error {
			_, err := s.RollBack(ctx, "demo", nil)
			return err
		}},
		{"remove", upgraded, func(ctx context.Context, s *registry.Store) error { return s.Remove(ctx, "demo", nil) }},
	}
}

// state is what is known of the pack demo: by its files, and by its records.
func state(t *testing.T, r *root) string {
	t.Helper()
	files := "nothing"
	data, err := os.ReadFile(filepath.Join(r.dir, "current", "demo", "lib", "deep", "data.txt"))
	if err == nil {
		files = strings.TrimSpace(string(data))
	} else if !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	known := "nothing"
	rec, err := r.records.Pack(t.Context(), "demo")
	if err == nil {
		known = rec.Active.Version.String()
		checkDigests(t, filepath.Join(r.dir, "current", "demo"), rec.Active)
		target, _ := os.Readlink(filepath.Join(r.dir, "current", "demo"))
		if want := "../packs/demo/" + rec.Active.Name + "/pack"; target != want {
			t.Errorf("pointer is %q, want %q", target, want)
		}
	} else if !errors.Is(err, pack.ErrNotFound) {
		t.Fatal(err)
	}
	if files != known {
		t.Errorf("files are at %s, records at %s", files, known)
	}
	return files
}

// checkClean checks that nothing is left of operations, and no generation that
// the records do not know.
func checkClean(t *testing.T, r *root) {
	t.Helper()
	for _, dir := range []string{"staging", "journal"} {
		entries, err := os.ReadDir(filepath.Join(r.dir, dir))
		if err != nil || len(entries) > 0 {
			t.Errorf("left in %s: %v, %v", dir, entries, err)
		}
	}
	generations, err := r.records.Generations(t.Context(), "demo")
	if err != nil && !errors.Is(err, pack.ErrNotFound) {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, g := range generations {
		known[g.Name] = true
	}
	entries, _ := os.ReadDir(filepath.Join(r.dir, "packs", "demo"))
	for _, e := range entries {
		if !known[e.Name()] {
			t.Errorf("generation %s is on disk, the records do not know it", e.Name())
		}
		delete(known, e.Name())
	}
	if len(known) > 0 {
		t.Errorf("generations %v are not on disk", known)
	}
}

// states returns what holds before and after an act.
func states(t *testing.T, a act) (before, after string, steps []string) {
	t.Helper()
	r := newRoot(t)
	a.setUp(t, r.open(t))
	before = state(t, r)
	counting := &reaper{}
	s := openMortal(t, r, counting)
	counting.step, counting.steps = 0, nil
	if err := a.do(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	return before, state(t, r), counting.steps
}

// TestDyingAtAnyStep lets every act die before every one of its steps. Opened
// again, the root is exactly as before the act or exactly as after it, and the
// act succeeds when it is done again.
func TestDyingAtAnyStep(t *testing.T) {
	t.Parallel()
	for _, a := range acts(t) {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			before, after, steps := states(t, a)
			seen := map[string]bool{}
			for n := 1; n <= len(steps); n++ {
				got := dieAt(t, a, n, steps[n-1])
				if got != before && got != after {
					t.Errorf("died at step %d, %q: got %s, want %s or %s", n, steps[n-1], got, before, after)
				}
				seen[got] = true
			}
			if !seen[before] || !seen[after] {
				t.Errorf("died at %d steps %q: saw only %v", len(steps), steps, seen)
			}
		})
	}
}

func dieAt(t *testing.T, a act, n int, step string) (got string) {
	t.Helper()
	r := newRoot(t)
	a.setUp(t, r.open(t))
	mortality := &reaper{err: errDead}
	s := openMortal(t, r, mortality)
	mortality.step, mortality.dieAt = 0, n
	cleaning := []string{
		"remove intent", "move to trash", "remove directory of pack", "remove staging directory", "remove lock of operation",
		"write last generation", "sync last generation", "publish last generation", "sync name of last generation",
	}
	if err := a.do(t.Context(), s); err == nil && !slices.Contains(cleaning, step) {
		t.Errorf("died at step %d, %q, and reported success", n, step)
	}
	recoverAgainAndAgain(t, r)
	got = state(t, r)
	checkClean(t, r)
	again := r.open(t)
	if err := a.do(t.Context(), again); err != nil && !errors.Is(err, pack.ErrNotFound) {
		t.Errorf("died at step %d, %q: done again: %v", n, step, err)
	}
	state(t, r)
	return got
}

// recoverAgainAndAgain opens the root, dies at the first step of recovering, then at
// the second, and so on, until recovering is through.
func recoverAgainAndAgain(t *testing.T, r *root) {
	t.Helper()
	for n := 1; ; n++ {
		mortality := &reaper{dieAt: n, err: errDead}
		c := r.config()
		c.Records = mortalRecords{r.records, mortality}
		s, err := registry.OpenFaulty(t.Context(), c, mortality.fault)
		if err == nil {
			_ = s.Close()
		}
		if len(mortality.steps) < n {
			return
		}
		if n > 50 {
			t.Fatal("recovering does not come to an end")
		}
	}
}

// TestFailingAtAnyStep lets one step of every act fail with the error that a
// full disk gives, while the process lives on. It either reports success, or an
// error and everything is as before, without opening the root again.
func TestFailingAtAnyStep(t *testing.T) {
	t.Parallel()
	for _, a := range acts(t) {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			before, after, steps := states(t, a)
			for n, step := range steps {
				r := newRoot(t)
				a.setUp(t, r.open(t))
				mortality := &reaper{err: syscall.ENOSPC, once: true}
				s := openMortal(t, r, mortality)
				mortality.step, mortality.dieAt = 0, n+1
				err := a.do(t.Context(), s)
				want := after
				if err != nil {
					want = before
					if !errors.Is(err, syscall.ENOSPC) {
						t.Errorf("step %d, %q: got error %v", n+1, step, err)
					}
				}
				if got := state(t, r); got != want {
					t.Errorf("step %d, %q: error %v, got %s, want %s", n+1, step, err, got, want)
				}
				r.open(t)
				checkClean(t, r)
			}
		})
	}
}

// TestUnknownOutcome loses the answer to a commit that happened.
func TestUnknownOutcome(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	path := write(t, simplePack("demo", "1.0.0"))
	mortality := &reaper{err: errors.New("connection lost"), once: true}
	s := openMortal(t, r, mortality)
	mortality.step, mortality.dieAt = 0, indexOf(t, path, "applied")
	if _, err := s.Register(t.Context(), registry.Request{Paths: []string{path}}); err != nil {
		t.Errorf("it had happened, but: %v", err)
	}
	if got := state(t, r); got != "1.0.0" {
		t.Errorf("got %s", got)
	}
	checkClean(t, r)
}

func indexOf(t *testing.T, path, step string) int {
	t.Helper()
	r := newRoot(t)
	counting := &reaper{}
	s := openMortal(t, r, counting)
	counting.step, counting.steps = 0, nil
	if _, err := s.Register(t.Context(), registry.Request{Paths: []string{path}}); err != nil {
		t.Fatal(err)
	}
	for i, s := range counting.steps {
		if s == step {
			return i + 1
		}
	}
	t.Fatalf("no step %q among %q", step, counting.steps)
	return 0
}

// TestLiveOperationsAreLeftAlone opens a root again while another process is in
// the middle of registering.
func TestLiveOperationsAreLeftAlone(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	path := write(t, simplePack("demo", "1.0.0"))
	opened := make(chan error, 1)
	opening := func(step string) error {
		if step == "publish generation" {
			s, err := registry.Open(t.Context(), r.config())
			if err == nil {
				err = s.Close()
			}
			opened <- err
		}
		return nil
	}
	s, err := registry.OpenFaulty(t.Context(), r.config(), opening)
	if err != nil {
		t.Fatal(err)
	}
	register(t, s, "", path)
	if err := <-opened; err != nil {
		t.Error(err)
	}
	if got := state(t, r); got != "1.0.0" {
		t.Errorf("got %s", got)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(0, len(mustReadDir(t, filepath.Join(r.dir, "staging")))); diff != "" {
		t.Error(diff)
	}
}

func mustReadDir(t *testing.T, dir string) []os.DirEntry {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

// TestNeighboursOfADeadProcess lets a process die in the middle of a change,
// while another one, which was there before, works on a pack that depends on
// it or that it depends on.
func TestNeighboursOfADeadProcess(t *testing.T) {
	t.Parallel()
	lib, app := write(t, simplePack("lib", "1.0.0")), write(t, simplePack("app", "1.0.0").needing("lib"))
	t.Run("a dependency that was being removed", func(t *testing.T) {
		t.Parallel()
		r := newRoot(t)
		other := r.open(t)
		register(t, other, "", lib)
		dieAtStep(t, r, "applied", func(ctx context.Context, s *registry.Store) error { return s.Remove(ctx, "lib", nil) })
		report, err := other.Register(t.Context(), registry.Request{Paths: []string{app}})
		wantFailure(t, report, err, pack.StageDependencies, pack.CodeDependencyMissing)
	})
	t.Run("a dependent that was being registered", func(t *testing.T) {
		t.Parallel()
		r := newRoot(t)
		other := r.open(t)
		register(t, other, "", lib)
		dieAtStep(t, r, "applied", func(ctx context.Context, s *registry.Store) error {
			_, err := s.Register(ctx, registry.Request{Paths: []string{app}})
			return err
		})
		if err := other.Remove(t.Context(), "lib", nil); !errors.Is(err, pack.ErrDependency) {
			t.Errorf("got error %v", err)
		}
	})
}

// dieAtStep dies where do comes to the given step.
func dieAtStep(t *testing.T, r *root, step string, do func(context.Context, *registry.Store) error) {
	t.Helper()
	mortality := &reaper{err: errDead, dieAtStep: step}
	if err := do(t.Context(), openMortal(t, r, mortality)); !errors.Is(err, errDead) {
		t.Fatalf("got error %v", err)
	}
}
