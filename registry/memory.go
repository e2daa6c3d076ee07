package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/text/exactjson"
)

// Memory keeps records in memory: for tests, and for hosts that start from
// nothing. Create it with [NewMemory].
type Memory struct {
	mu     sync.RWMutex
	lastID int64
	packs  map[pack.Ref]*memoryPack
	owners map[componentKey]pack.Ref
}

var _ Records = (*Memory)(nil)

// A memoryPack is never changed, only replaced. It holds encoded values, so that
// nothing is shared with callers and values come back just as from a database.
type memoryPack struct {
	record      []byte
	active      string
	components  []byte
	keys        []componentKey
	generations []memoryGeneration // the oldest first
}

type memoryGeneration struct {
	name string
	data []byte
}

type componentKey struct {
	kind pack.Kind
	ref  string
}

// NewMemory returns empty records. They are safe for concurrent use.
func NewMemory() *Memory {
	return &Memory{packs: map[pack.Ref]*memoryPack{}, owners: map[componentKey]pack.Ref{}}
}

// Pack implements [PackReader].
func (m *Memory) Pack(ctx context.Context, ref pack.Ref) (Record, error) {
	p, err := m.read(ctx, ref)
	if err != nil {
		return Record{}, err
	}
	return decode[Record](p.record)
}

// Packs implements [PackReader].
func (m *Memory) Packs(ctx context.Context) ([]Record, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	records := make([]Record, 0, len(m.packs))
	for _, ref := range slices.Sorted(maps.Keys(m.packs)) {
		r, err := decode[Record](m.packs[ref].record)
		if err != nil {
			return nil, err
		}
		records = append(records, r)
	}
	return records, nil
}

// Components implements [ContentReader].
func (m *Memory) Components(ctx context.Context, ref pack.Ref) ([]pack.Component, error) {
	p, err := m.read(ctx, ref)
	if err != nil {
		return nil, err
	}
	return decode[[]pack.Component](p.components)
}

// Generations implements [ContentReader].
func (m *Memory) Generations(ctx context.Context, ref pack.Ref) ([]Generation, error) {
	p, err := m.read(ctx, ref)
	if err != nil {
		return nil, err
	}
	gs := make([]Generation, 0, len(p.generations))
	for _, stored := range p.generations {
		g, err := decode[Generation](stored.data)
		if err != nil {
			return nil, err
		}
		gs = append(gs, g)
	}
	return gs, nil
}

// Commit implements [Writer].
func (m *Memory) Commit(ctx context.Context, a Activation) (Record, error) {
	if err := ctx.Err(); err != nil {
		return Record{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r := Record{ID: m.lastID + 1, Ref: a.Ref, Config: map[string]any{}, Installed: a.Time}
	old := m.packs[a.Ref]
	if old != nil {
		var err error
		if r, err = decode[Record](old.record); err != nil {
			return Record{}, err
		}
	}
	switch active := r.Active.Name; {
	case active != "" && active == a.Generation.Name:
		return r, nil
	case active != a.Previous:
		return Record{}, conflict(a.Ref, active, a.Previous)
	}
	if err := m.checkOwners(a); err != nil {
		return Record{}, err
	}
	r.Active, r.Manifest, r.Updated = a.Generation, a.Manifest, a.Time
	p, err := old.activated(a, r)
	if err != nil {
		return Record{}, fmt.Errorf("encode record of pack %s: %w", a.Ref, err)
	}
	m.lastID = max(m.lastID, r.ID)
	m.store(a.Ref, p)
	return decode[Record](p.record)
}

func (m *Memory) checkOwners(a Activation) error {
	seen := map[componentKey]bool{}
	for _, c := range a.Components {
		key := componentKey{c.Kind, c.Ref}
		if seen[key] {
			return pack.Errorf(pack.CodeConflict, "%s %q is twice in pack %s", c.Kind, c.Ref, a.Ref)
		}
		if owner, ok := m.owners[key]; ok && owner != a.Ref {
			return pack.Errorf(pack.CodeConflict, "%s %q of pack %s belongs to pack %s", c.Kind, c.Ref, a.Ref, owner)
		}
		seen[key] = true
	}
	return nil
}

// activated returns p, which may be nil, as it is after a.
func (p *memoryPack) activated(a Activation, r Record) (*memoryPack, error) {
	record, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	components, err := json.Marshal(append([]pack.Component{}, a.Components...))
	if err != nil {
		return nil, err
	}
	generation, err := json.Marshal(a.Generation)
	if err != nil {
		return nil, err
	}
	next := &memoryPack{record: record, active: a.Generation.Name, components: components}
	for _, c := range a.Components {
		next.keys = append(next.keys, componentKey{c.Kind, c.Ref})
	}
	if p != nil {
		next.generations = slices.Clone(p.generations)
	}
	if !slices.ContainsFunc(next.generations, func(g memoryGeneration) bool { return g.name == a.Generation.Name }) {
		next.generations = append(next.generations, memoryGeneration{a.Generation.Name, generation})
	}
	return next, nil
}

// Delete implements [Writer].
func (m *Memory) Delete(ctx context.Context, ref pack.Ref, generation string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if p := m.packs[ref]; p != nil && p.active != generation {
		return conflict(ref, p.active, generation)
	}
	m.store(ref, nil)
	return nil
}

// SetConfig implements [Writer].
func (m *Memory) SetConfig(ctx context.Context, ref pack.Ref, config map[string]any) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.packs[ref]
	if p == nil {
		return notInstalled(ref)
	}
	r, err := decode[Record](p.record)
	if err != nil {
		return err
	}
	r.Config = config
	if config == nil {
		r.Config = map[string]any{}
	}
	data, err := json.Marshal(r)
	if err != nil {
		return pack.Errorf(pack.CodeInvalidRequest, "encode configuration of pack %s: %w", ref, err)
	}
	next := *p
	next.record = data
	m.packs[ref] = &next
	return nil
}

// store replaces what is kept of ref by p, nil for nothing.
func (m *Memory) store(ref pack.Ref, p *memoryPack) {
	if old := m.packs[ref]; old != nil {
		for _, k := range old.keys {
			delete(m.owners, k)
		}
	}
	delete(m.packs, ref)
	if p == nil {
		return
	}
	for _, k := range p.keys {
		m.owners[k] = ref
	}
	m.packs[ref] = p
}

func (m *Memory) read(ctx context.Context, ref pack.Ref) (*memoryPack, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	if p := m.packs[ref]; p != nil {
		return p, nil
	}
	return nil, notInstalled(ref)
}

func decode[T any](data []byte) (T, error) {
	var v T
	if err := exactjson.Unmarshal(data, &v); err != nil {
		return v, pack.Errorf(pack.CodeStoreCorrupt, "decode record: %w", err)
	}
	return v, nil
}

func notInstalled(ref pack.Ref) error {
	return pack.Errorf(pack.CodeNotFound, "pack %s is not installed", ref)
}

// conflict says that another operation was faster.
func conflict(ref pack.Ref, active, expected string) error {
	return pack.Errorf(pack.CodeConflict, "pack %s has active generation %q, not %q as expected; another operation changed it, try again", ref, active, expected)
}
