package registry

import (
	"context"
	"sync"

	"github.com/packtrain/pack"
)

// Memory keeps records in memory, for tests: the records are lost with the
// process, while the packs in the root are not. Create it with [NewMemory].
type Memory struct {
	tableReader

	mu    sync.Mutex // also for reading, which notes who needs a pack
	table *table
}

var _ Records = (*Memory)(nil)

// NewMemory returns empty records, for tests. They are safe for concurrent use.
func NewMemory() *Memory {
	m := &Memory{table: newTable()}
	m.tableReader.look = m.look
	m.tableReader.load = func(_ context.Context, r *row) (Documents, error) { return r.components.data, nil }
	return m
}

func (m *Memory) look(ctx context.Context, fn func(*table) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return fn(m.table)
}

// Apply implements [Writer].
func (m *Memory) Apply(ctx context.Context, op Operation) (records []Record, err error) {
	if err := op.Check(); err != nil {
		return nil, err
	}
	err = m.change(ctx, func(t *table) error {
		if !t.ops.known[op.ID] {
			d, err := t.plan(&op)
			if err != nil {
				return err
			}
			t.merge(d)
		}
		records, err = t.records(&op)
		return err
	})
	return records, err
}

// Outcome implements [Writer].
func (m *Memory) Outcome(ctx context.Context, id string) (applied bool, err error) {
	err = m.look(ctx, func(t *table) error {
		applied = t.ops.known[id]
		return nil
	})
	return applied, err
}

// SetConfiguration implements [ConfigKeeper].
func (m *Memory) SetConfiguration(ctx context.Context, ref pack.Ref, expect string, next Configuration) error {
	return m.merge(ctx, func(t *table) (*delta, error) { return t.planConfiguration(ref, expect, next) })
}

// AddEvidence implements [EvidenceKeeper].
func (m *Memory) AddEvidence(ctx context.Context, result TestResult) error {
	return m.merge(ctx, func(t *table) (*delta, error) { return t.planEvidence(result) })
}

// Bind implements [Binder].
func (m *Memory) Bind(ctx context.Context, id string) error {
	return m.merge(ctx, func(t *table) (*delta, error) { return t.planBind(id) })
}

// merge makes the change that plan returns, unless it is nil.
func (m *Memory) merge(ctx context.Context, plan func(*table) (*delta, error)) error {
	return m.change(ctx, func(t *table) error {
		d, err := plan(t)
		if err != nil || d == nil {
			return err
		}
		t.merge(d)
		return nil
	})
}

func (m *Memory) change(ctx context.Context, fn func(*table) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return fn(m.table)
}
