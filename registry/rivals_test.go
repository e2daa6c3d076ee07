package registry_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// twoVersions lets two processes upgrade at once: the higher version wins
// whatever the order, and the loser is told.
func twoVersions(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	stores := []*registry.Store{r.open(t), r.open(t)}
	paths := []string{write(t, simplePack("demo", "1.0.0")), write(t, simplePack("demo", "2.0.0"))}
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i, s := range stores {
		wg.Go(func() {
			_, errs[i] = s.Register(t.Context(), registry.Request{Paths: paths[i : i+1], Replace: registry.ReplaceUpgrade})
		})
	}
	wg.Wait()
	if errs[1] != nil || errs[0] != nil && !errors.Is(errs[0], pack.ErrConflict) {
		t.Errorf("got %v", errs)
	}
	if got := state(t, r); got != "2.0.0" {
		t.Errorf("active: %s", got)
	}
	checkClean(t, r)
}

func installAndRemove(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	stores := []*registry.Store{r.open(t), r.open(t)}
	path := write(t, simplePack("demo", "1.0.0"))
	var wg sync.WaitGroup
	wg.Go(func() {
		for range 8 {
			if _, err := stores[0].Register(t.Context(), registry.Request{Paths: []string{path}}); err != nil {
				t.Errorf("register: %v", err)
			}
		}
	})
	wg.Go(func() {
		for range 8 {
			if err := stores[1].Remove(t.Context(), "demo", nil); err != nil && !errors.Is(err, pack.ErrNotFound) {
				t.Errorf("remove: %v", err)
			}
		}
	})
	wg.Wait()
	state(t, r)
	checkClean(t, r)
}

func heldLock(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	c := r.config()
	inside, leave := make(chan struct{}), make(chan struct{})
	slow, err := registry.OpenFaulty(t.Context(), c, func(step string) error {
		if step == "publish generation" {
			close(inside)
			<-leave
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	path := write(t, simplePack("demo", "1.0.0"))
	done := make(chan error)
	go func() {
		_, err := slow.Register(context.WithoutCancel(t.Context()), registry.Request{Paths: []string{path}})
		done <- err
	}()
	<-inside
	c.LockTimeout = 50 * time.Millisecond
	impatient := r.openWith(t, c)
	report, err := impatient.Register(t.Context(), registry.Request{Paths: []string{path}})
	wantFailure(t, report, err, pack.StageRegistration, pack.CodeBusy)
	if !pack.Retryable(err) {
		t.Errorf("not retryable: %v", err)
	}
	if err := impatient.Remove(t.Context(), "demo", nil); !errors.Is(err, pack.ErrBusy) {
		t.Errorf("remove: got %v", err)
	}
	close(leave)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if err := slow.Close(); err != nil {
		t.Error(err)
	}
}
