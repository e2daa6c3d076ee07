package registry_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// TestSetFailingAtAnyStep upgrades a set of three, one of them new: opened again
// after it died, and at once in a process that lives on, all are as before or all
// are as after it.
func TestSetFailingAtAnyStep(t *testing.T) {
	t.Parallel()
	installed := []string{write(t, simplePack("lib", "1.0.0")), write(t, simplePack("app", "1.0.0").needing("lib@^1"))}
	paths := []string{
		write(t, simplePack("lib", "2.0.0").needing("new")), write(t, simplePack("app", "2.0.0").needing("lib@^2")), write(t, simplePack("new", "2.0.0")),
	}
	before := map[string]string{"lib": "1.0.0", "app": "1.0.0"}
	after := map[string]string{"lib": "2.0.0", "app": "2.0.0", "new": "2.0.0"}
	upgrade := func(mortality *reaper, n int) (*root, []string, error) {
		r := newRoot(t)
		register(t, r.open(t), "", installed...)
		s := openMortal(t, r, mortality)
		mortality.step, mortality.steps, mortality.dieAt = 0, nil, n
		_, err := s.Register(t.Context(), registry.Request{Paths: paths, Replace: registry.ReplaceUpgrade})
		return r, mortality.steps, err
	}
	_, steps, err := upgrade(&reaper{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, once := range []bool{false, true} {
		seen := map[string]bool{}
		for n := 1; n <= len(steps); n++ {
			at := fmt.Sprintf("step %d, %q, once: %v", n, steps[n-1], once)
			r, _, err := upgrade(&reaper{err: errDead, once: once}, n)
			if once {
				want := after
				if err != nil {
					want = before
				}
				if diff := cmp.Diff(want, versions(t, r)); diff != "" {
					t.Errorf("%s: error %v (-want +got)\n%s", at, err, diff)
				}
			}
			r.open(t)
			got := versions(t, r)
			if !cmp.Equal(got, before) && !cmp.Equal(got, after) || err == nil && !cmp.Equal(got, after) {
				t.Errorf("%s: error %v, got %v", at, err, got)
			}
			seen[got["lib"]] = true
			checkClean(t, r)
		}
		if len(seen) != 2 {
			t.Errorf("once: %v: saw only %v", once, seen)
		}
	}
}

// TestCancelledSet cancels while a set is registered: all of it failed.
func TestCancelledSet(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	s := r.open(t)
	for n := 1; n <= 3; n++ {
		ctx, cancel := context.WithCancel(t.Context())
		begun := 0
		report, err := s.Register(ctx, registry.Request{
			Paths: []string{write(t, simplePack("a", "1.0.0").needing("b")), write(t, simplePack("b", "1.0.0").needing("c")), write(t, simplePack("c", "1.0.0"))},
			OnEvent: func(_ context.Context, e pack.Event) {
				if e.Stage == pack.StageRegistration && e.Kind == pack.EventStarted {
					if begun++; begun == n {
						cancel()
					}
				}
			},
		})
		if !errors.Is(err, context.Canceled) || len(report.Failed) != 3 || len(versions(t, r)) != 0 {
			t.Errorf("cancelled at pack %d: got %v, %v", n, outcome(report), err)
		}
		cancel()
	}
}

// TestSetsOfTwoProcesses register the same sets at once.
func TestSetsOfTwoProcesses(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	stores := []*registry.Store{r.open(t), r.open(t)}
	paths := []string{write(t, simplePack("a", "1.0.0").needing("b")), write(t, simplePack("b", "1.0.0").needing("a")), write(t, simplePack("c", "1.0.0").needing("b"))}
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			mine := slices.Clone(paths)
			if i%3 == 0 {
				slices.Reverse(mine)
			}
			report, err := stores[i%2].Register(t.Context(), registry.Request{Paths: mine})
			if err != nil || len(report.Registered) != 3 {
				t.Errorf("got %v, %v", outcome(report), err)
			}
		})
	}
	wg.Wait()
	if diff := cmp.Diff(map[string]string{"a": "1.0.0", "b": "1.0.0", "c": "1.0.0"}, versions(t, r)); diff != "" {
		t.Error(diff)
	}
	checkClean(t, r)
}

// TestSetHoldsTheLocksOfAllItsPacks changes each pack of a set from another
// process while the set is activated.
func TestSetHoldsTheLocksOfAllItsPacks(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	register(t, r.open(t), "", write(t, simplePack("a", "1.0.0")), write(t, simplePack("b", "1.0.0")))
	c := r.config()
	c.LockTimeout = 50 * time.Millisecond
	other := r.openWith(t, c)
	var errs []error
	s, err := registry.OpenFaulty(t.Context(), r.config(), func(step string) error {
		if step == "write intent" {
			for _, ref := range []pack.Ref{"a", "b"} {
				errs = append(errs, other.Remove(t.Context(), ref, &registry.RemoveOptions{AllowBreak: []pack.Ref{registry.AnyDependent}}))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	register(t, s, registry.ReplaceUpgrade, write(t, simplePack("a", "2.0.0").needing("b@^2")), write(t, simplePack("b", "2.0.0")))
	for _, err := range errs {
		if !errors.Is(err, pack.ErrBusy) {
			t.Errorf("got error %v", err)
		}
	}
	if diff := cmp.Diff(map[string]string{"a": "2.0.0", "b": "2.0.0"}, versions(t, r)); diff != "" || len(errs) != 2 {
		t.Errorf("%d attempts (-want +got)\n%s", len(errs), diff)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
