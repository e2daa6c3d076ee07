package registry_test

import (
	"context"
	"errors"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// inFlight are records that lose the connection during a transaction, which commits
// when its outcome is asked for.
type inFlight struct {
	registry.Records

	lost bool
	op   *registry.Operation
}

var errLost = errors.New("connection lost")

func (f *inFlight) Apply(ctx context.Context, op registry.Operation) ([]registry.Record, error) {
	if f.lost {
		f.op = &op
		return nil, errLost
	}
	return f.Records.Apply(ctx, op)
}

func (f *inFlight) Outcome(ctx context.Context, id string) (bool, error) {
	if f.lost {
		return false, errLost
	}
	if f.op != nil && f.op.ID == id {
		if _, err := f.Records.Apply(ctx, *f.op); err != nil {
			return false, err
		}
		f.op = nil
	}
	return f.Records.Outcome(ctx, id)
}

// TestChangesSettleOtherPacks changes lib while it is unknown whether app, which needs
// it, was installed: the dependency counts.
func TestChangesSettleOtherPacks(t *testing.T) {
	t.Parallel()
	lib3 := write(t, simplePack("lib", "3.0.0"))
	for name, change := range map[string]func(*registry.Store) error{
		"roll back": func(s *registry.Store) error { _, err := s.RollBack(t.Context(), "lib", nil); return err },
		"remove":    func(s *registry.Store) error { return s.Remove(t.Context(), "lib", nil) },
		"upgrade": func(s *registry.Store) error {
			_, err := s.Register(t.Context(), registry.Request{Paths: []string{lib3}, Replace: registry.ReplaceUpgrade})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRoot(t)
			records := &inFlight{Records: r.records}
			r.records = records
			s := r.open(t)
			register(t, s, "", write(t, simplePack("lib", "1.0.0")))
			register(t, s, registry.ReplaceUpgrade, write(t, simplePack("lib", "2.0.0")))
			records.lost = true
			_, err := s.Register(t.Context(), registry.Request{Paths: []string{write(t, simplePack("app", "1.0.0").needing("lib@^2.0.0"))}})
			if !errors.Is(err, errLost) {
				t.Fatalf("got %v", err)
			}
			records.lost = false
			if err := change(s); !errors.Is(err, pack.ErrDependency) {
				t.Errorf("got error %v, want one about the dependency of app", err)
			}
			if got := versions(t, r)["lib"]; got != "2.0.0" {
				t.Errorf("lib is at %s", got)
			}
		})
	}
}
