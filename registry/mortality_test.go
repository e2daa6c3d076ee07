package registry_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

var errDead = errors.New("the process is dead")

// A reaper numbers the steps of a process, and those of its records, and ends
// it at one of them: from that step on, nothing succeeds. What a dying process
// would do in its deferred functions has no effect then, as if it were killed.
type reaper struct {
	mu    sync.Mutex
	step  int
	dieAt int
	once  bool // only that step fails, and life goes on
	// dieAtStep, when not "", sets dieAt at the first step of that name.
	dieAtStep string
	err       error
	steps     []string
}

func (r *reaper) fault(step string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.step++
	r.steps = append(r.steps, step)
	if r.dieAt == 0 && step == r.dieAtStep {
		r.dieAt = r.step
	}
	if r.dieAt > 0 && (r.step == r.dieAt || r.step > r.dieAt && !r.once) {
		return r.err
	}
	return nil
}

// mortalRecords are records that die with their process, before or after they
// did what they were asked to.
type mortalRecords struct {
	registry.Records
	reaper *reaper
}

func (m mortalRecords) Commit(ctx context.Context, a registry.Activation) (registry.Record, error) {
	if err := m.reaper.fault("commit"); err != nil {
		return registry.Record{}, err
	}
	rec, err := m.Records.Commit(ctx, a)
	if dead := m.reaper.fault("committed"); dead != nil {
		return registry.Record{}, dead
	}
	return rec, err
}

func (m mortalRecords) Delete(ctx context.Context, ref pack.Ref, generation string) error {
	if err := m.reaper.fault("delete"); err != nil {
		return err
	}
	err := m.Records.Delete(ctx, ref, generation)
	if dead := m.reaper.fault("deleted"); dead != nil {
		return dead
	}
	return err
}

// Pack is what a living process asks to learn what became of its commit.
func (m mortalRecords) Pack(ctx context.Context, ref pack.Ref) (registry.Record, error) {
	m.reaper.mu.Lock()
	dead := m.reaper.dieAt > 0 && m.reaper.step >= m.reaper.dieAt && !m.reaper.once
	m.reaper.mu.Unlock()
	if dead {
		return registry.Record{}, errDead
	}
	return m.Records.Pack(ctx, ref)
}

func openMortal(t *testing.T, r *root, mortality *reaper) *registry.Store {
	t.Helper()
	c := r.config()
	c.Records = mortalRecords{r.records, mortality}
	s, err := registry.OpenFaulty(t.Context(), c, mortality.fault)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}
