package registry

import (
	"context"
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

// CompactAt sets the size from which the file is compacted; negative for after
// every change.
func (f *Files) CompactAt(size int64) { f.compactAt = size }

// Damage makes the record of ref one that cannot be decoded.
func (f *Files) Damage(t testing.TB, ref pack.Ref) {
	t.Helper()
	err := f.change(t.Context(), func(table *table) (*delta, error) {
		damaged := *table.packs[ref]
		damaged.manifest, damaged.generations = []byte("{"), nil
		return &delta{put: []*row{&damaged}}, nil
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
}
