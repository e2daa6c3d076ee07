package registry_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// interposed are records that call then after the record of a pack was read for the
// first time.
type interposed struct {
	registry.Records

	then func()
	once *sync.Once
}

func (i interposed) Pack(ctx context.Context, ref pack.Ref) (registry.Record, error) {
	rec, err := i.Records.Pack(ctx, ref)
	i.once.Do(i.then)
	return rec, err
}

// TestVerifySeesChangesInBetween changes a pack after Verify read its record.
func TestVerifySeesChangesInBetween(t *testing.T) {
	t.Parallel()
	v1, v2 := write(t, simplePack("demo", "1.0.0")), write(t, simplePack("demo", "2.0.0"))
	installed := func(s *registry.Store) { register(t, s, "", v1) }
	for name, tt := range map[string]struct{ before, then func(*registry.Store) }{
		"installed": {func(*registry.Store) {}, installed},
		"upgraded":  {installed, func(s *registry.Store) { register(t, s, registry.ReplaceUpgrade, v2) }},
		"removed": {installed, func(s *registry.Store) {
			if err := s.Remove(t.Context(), "demo", nil); err != nil {
				t.Error(err)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRoot(t)
			other := r.open(t)
			tt.before(other)
			c := r.config()
			c.Records = interposed{r.records, func() { tt.then(other) }, new(sync.Once)}
			report, err := r.openWith(t, c).Verify(t.Context(), "demo")
			if err == nil && len(report.Differences) > 0 || err != nil && !errors.Is(err, pack.ErrNotFound) {
				t.Errorf("got %+v, %v", report, err)
			}
		})
	}
}

// TestVerifyIsCancelled cancels while a pack is verified: that is not a difference.
func TestVerifyIsCancelled(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	register(t, r.open(t), "", write(t, simplePack("demo", "1.0.0")))
	for name, records := range map[string]registry.Records{"recorded": r.records, "not recorded": registry.NewMemory()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			c := r.config()
			c.Records = cancelling{r.records, records, cancel}
			report, err := r.openWith(t, c).Verify(ctx, "demo")
			if !errors.Is(err, context.Canceled) || report != nil && len(report.Differences) > 0 {
				t.Errorf("got %+v, %v", report, err)
			}
		})
	}
}

// cancelling are records that cancel the request when a pack is read.
type cancelling struct {
	registry.Records

	read   registry.Records
	cancel func()
}

func (c cancelling) Pack(ctx context.Context, ref pack.Ref) (registry.Record, error) {
	defer c.cancel()
	return c.read.Pack(ctx, ref)
}

// TestVerifyDuringChanges stops a change before it moves the pointer, in a process that
// lives on and in one that dies.
func TestVerifyDuringChanges(t *testing.T) {
	t.Parallel()
	for _, a := range acts(t) {
		step := "move pointer"
		if a.name == "remove" {
			step = "remove pointer"
		}
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			r := newRoot(t)
			a.setUp(t, r.open(t))
			reached, verified := make(chan struct{}), make(chan struct{})
			slow, err := registry.OpenFaulty(t.Context(), r.config(), func(name string) error {
				if name == step {
					close(reached)
					<-verified
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			done := make(chan error)
			go func() { done <- a.do(t.Context(), slow) }()
			<-reached
			if diff := cmp.Diff([]string{}, differences(t, r.open(t))); diff != "" {
				t.Errorf("living, -want +got:\n%s", diff)
			}
			close(verified)
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
		t.Run(a.name+" and dies", func(t *testing.T) {
			t.Parallel()
			r := newRoot(t)
			a.setUp(t, r.open(t))
			s := r.open(t)
			dieAtStep(t, r, step, a.do)
			report, err := s.Verify(t.Context())
			if err != nil || len(report.Differences) != 1 {
				t.Errorf("got %+v, %v, want a difference", report, err)
			}
			if diff := cmp.Diff([]string{}, differences(t, r.open(t))); diff != "" {
				t.Errorf("opened again, -want +got:\n%s", diff)
			}
		})
	}
}
