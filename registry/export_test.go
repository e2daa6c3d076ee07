package registry

import (
	"context"
	"slices"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/internal/generations"
)

// OpenFaulty is [Open] with a fault that is asked before each step that changes
// the root, and takes its place when it returns an error; nil for no fault.
// Nothing is synced, which no test could notice, but everybody would wait for.
func OpenFaulty(ctx context.Context, c Config, fault func(step string) error) (*Store, error) {
	return open(ctx, c, generations.Config{Fault: fault, Unsynced: true})
}

// Damage makes the record of ref one that cannot be decoded.
func (m *Memory) Damage(t testing.TB, ref pack.Ref) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	damaged := *m.table.packs[ref]
	damaged.manifest = []byte("{")
	m.table.packs[ref] = &damaged
}

// DamageGeneration makes a generation of ref one that cannot be decoded.
func (m *Memory) DamageGeneration(t testing.TB, ref pack.Ref, name string) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.table.packs[ref] = m.table.packs[ref].damaged(name)
}

// DamageGeneration makes a generation of ref one that cannot be decoded.
func (f *Files) DamageGeneration(t testing.TB, ref pack.Ref, name string) {
	t.Helper()
	err := f.change(t.Context(), func(table *table) (*delta, error) {
		damaged := *table.packs[ref].damaged(name)
		var err error
		if damaged.components.data, err = f.read(f.pos.ID, &damaged); err != nil {
			return nil, err
		}
		return &delta{drop: []pack.Ref{ref}, put: []*row{&damaged}}, nil
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
}

func (r *row) damaged(generation string) *row {
	damaged := *r
	damaged.generations = slices.Clone(r.generations)
	for i := range damaged.generations {
		if damaged.generations[i].name == generation {
			damaged.generations[i].data = []byte("{")
		}
	}
	return &damaged
}

// Compacted returns the records as compaction writes them to a file and reads them
// again.
func (m *Memory) Compacted() (*Memory, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := NewMemory()
	for _, d := range m.table.snapshot() {
		frame, err := d.encode()
		if err != nil {
			return nil, err
		}
		frame.BodySize = int64(len(frame.Body))
		if d, err = decodeDelta(frame); err != nil {
			return nil, err
		}
		for _, r := range d.put {
			r.components.data = frame.Body[r.components.at:][:r.components.size]
		}
		c.table.merge(d)
	}
	return c, nil
}

// CompactAt sets the size from which the file is compacted; negative for after
// every change.
func (f *Files) CompactAt(size int64) { f.compactAt = size }

// Damage makes the record of ref one that cannot be decoded.
func (f *Files) Damage(t testing.TB, ref pack.Ref) {
	t.Helper()
	f.damageRow(t, ref, func(r *row) { r.manifest = []byte("{") })
}

// damageRow changes the row of ref without its generations.
func (f *Files) damageRow(t testing.TB, ref pack.Ref, damage func(*row)) {
	t.Helper()
	err := f.change(t.Context(), func(table *table) (*delta, error) {
		damaged := *table.packs[ref]
		damaged.generations = nil
		damage(&damaged)
		var err error
		if damaged.components.data, err = f.read(f.pos.ID, &damaged); err != nil {
			return nil, err
		}
		return &delta{put: []*row{&damaged}}, nil
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
}

// SomeDeltas returns encoded changes of every kind.
func SomeDeltas() (payloads [][]byte) {
	t := newTable()
	for n, op := range []*Operation{
		{ID: "1", Activate: []Activation{{Ref: "a", Generation: Generation{Name: "1"}}, {Ref: "b", Generation: Generation{Name: "1"}}}},
		{ID: "2", Activate: []Activation{{Ref: "a", Previous: "1", Generation: Generation{Name: "2"}}}, Remove: []Removal{{"b", "1"}}},
	} {
		d, err := t.plan(op)
		if err != nil {
			panic(err)
		}
		d.config = []configRow{{"a", []byte(`{"n":1}`)}}[:n]
		frame, _ := d.encode()
		payloads = append(payloads, frame.Payload)
		t.merge(d)
	}
	for _, d := range t.snapshot() {
		frame, _ := d.encode()
		payloads = append(payloads, frame.Payload)
	}
	return payloads
}

// RecodeDelta decodes a change, makes it, and encodes it again.
func RecodeDelta(payload []byte) ([]byte, error) {
	d, err := parseDelta(payload)
	if err != nil {
		return nil, err
	}
	again, err := d.encode()
	if err != nil {
		return nil, err
	}
	t := newTable()
	t.merge(d)
	for _, r := range t.rows() {
		_, _ = r.record()
		r.componentKeys()
	}
	return again.Payload, nil
}

// ShareEqual asks for files that may be shared.
var ShareEqual = shareEqual

// DamageSummary makes the dependencies of ref ones that cannot be decoded.
func (m *Memory) DamageSummary(t testing.TB, ref pack.Ref) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.table.amend(ref, func(r *row) { r.needs = []byte("{") })
}

// DamageSummary makes the dependencies of ref ones that cannot be decoded.
func (f *Files) DamageSummary(t testing.TB, ref pack.Ref) {
	t.Helper()
	f.damageRow(t, ref, func(r *row) { r.needs = []byte("{") })
}
