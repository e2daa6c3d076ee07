package registrytest

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// sharedFails reports whether a case notices that storage is broken.
func sharedFails(t *testing.T, c sharedCase, open Opener) bool {
	t.Helper()
	return failsWith(t, func(tb testing.TB) { c.run(tb, open) })
}

// inMemory opens memory, broken by change unless that is nil.
func inMemory(change func(process int64, b *broken)) Opener {
	m := registry.NewMemory()
	var processes atomic.Int64
	return func(testing.TB) (registry.Records, error) {
		b := &broken{Memory: m}
		if n := processes.Add(1); change != nil {
			change(n, b)
		}
		return b, nil
	}
}

func TestSoundStoragePasses(t *testing.T) {
	t.Parallel()
	for _, c := range sharedCases() {
		if sharedFails(t, c, inMemory(nil)) {
			t.Errorf("sound storage fails %s", c.name)
		}
	}
}

func TestEveryFaultOfStorageIsNoticed(t *testing.T) {
	t.Parallel()
	ofItsOwn := func(testing.TB) (registry.Records, error) { return &broken{Memory: registry.NewMemory()}, nil }
	var creating atomic.Bool
	faults := map[string]Opener{
		"ManyMayOpenAtOnce": func(testing.TB) (registry.Records, error) {
			if !creating.CompareAndSwap(false, true) {
				return nil, errors.New("the table exists")
			}
			return registry.NewMemory(), nil
		},
		"ChangesAreSeenByOthers": ofItsOwn,
		"OneOfManyProcessesWins": inMemory(func(_ int64, b *broken) {
			b.apply = func(m *registry.Memory, ctx context.Context, op registry.Operation) ([]registry.Record, error) {
				for i := range op.Activate {
					op.Activate[i].Previous = active(m, op.Activate[i].Ref)
				}
				return m.Apply(ctx, op)
			}
		}),
		"WritersOfOtherPacksAreNotDisturbed": inMemory(func(n int64, b *broken) {
			b.apply = func(m *registry.Memory, ctx context.Context, op registry.Operation) ([]registry.Record, error) {
				if n == 2 {
					return nil, pack.ErrBusy
				}
				return m.Apply(ctx, op)
			}
		}),
		"OperationIsAppliedOnce": inMemory(func(_ int64, b *broken) {
			b.apply = func(m *registry.Memory, ctx context.Context, op registry.Operation) ([]registry.Record, error) {
				op.ID = operationID()
				return m.Apply(ctx, op)
			}
		}),
		"RootsAreKeptApart": inMemory(func(_ int64, b *broken) { b.bind = acceptingAnyRoot().bind }),
	}
	for _, c := range sharedCases() {
		if open := faults[c.name]; open == nil || !sharedFails(t, c, open) {
			t.Errorf("no fault shows that %s can fail", c.name)
		}
	}
}
