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

func (m mortalRecords) Apply(ctx context.Context, op registry.Operation) ([]registry.Record, error) {
	if err := m.reaper.fault("apply"); err != nil {
		return nil, err
	}
	records, err := m.Records.Apply(ctx, op)
	if dead := m.reaper.fault("applied"); dead != nil {
		return nil, dead
	}
	return records, err
}

// Outcome is what a living process asks to learn what became of its operation.
func (m mortalRecords) Outcome(ctx context.Context, id string) (bool, error) {
	if m.reaper.dead() {
		return false, errDead
	}
	return m.Records.Outcome(ctx, id)
}

func (m mortalRecords) Active(ctx context.Context, ref pack.Ref) (string, error) {
	if m.reaper.dead() {
		return "", errDead
	}
	return m.Records.Active(ctx, ref)
}

func (m mortalRecords) Pack(ctx context.Context, ref pack.Ref) (registry.Record, error) {
	if m.reaper.dead() {
		return registry.Record{}, errDead
	}
	return m.Records.Pack(ctx, ref)
}

func (r *reaper) dead() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.dieAt > 0 && r.step >= r.dieAt && !r.once
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
