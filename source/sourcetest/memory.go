package sourcetest

import (
	"context"
	"fmt"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

// SchemeMemory is the scheme of [Memory]; "memory:demo" is a spec for its pack
// "demo".
const SchemeMemory = "memory"

// A Memory is a source that holds packs in memory. It is safe for concurrent use
// as long as the packs are not changed.
type Memory struct {
	packs map[string]fstest.MapFS
}

var _ source.Source = (*Memory)(nil)

// NewMemory returns a Memory that holds packs, by the location that names them.
func NewMemory(packs map[string]fstest.MapFS) *Memory { return &Memory{packs: packs} }

// Schemes returns [SchemeMemory].
func (m *Memory) Schemes() []string { return []string{SchemeMemory} }

// Resolve returns one pin, with the locator's location, rev and subdir.
func (m *Memory) Resolve(ctx context.Context, loc source.Locator) ([]pack.Pin, error) {
	if _, err := m.find(ctx, loc.Location); err != nil {
		return nil, fmt.Errorf("resolve %.200q: %w", loc.String(), err)
	}
	return []pack.Pin{{Scheme: loc.Scheme, Location: loc.Location, Rev: loc.Rev, Subdir: loc.Subdir}}, nil
}

// Fetch pushes the pack that pin.Location names.
func (m *Memory) Fetch(ctx context.Context, pin pack.Pin, dst source.Sink) error {
	fsys, err := m.find(ctx, pin.Location)
	if err == nil {
		err = source.PutFS(ctx, dst, fsys)
	}
	if err != nil {
		return fmt.Errorf("fetch %.200q from memory: %w", pin.Location, err)
	}
	return nil
}

func (m *Memory) find(ctx context.Context, location string) (fstest.MapFS, error) {
	fsys, ok := m.packs[location]
	if !ok {
		return nil, pack.Errorf(pack.CodeNotFound, "there is no such pack in memory")
	}
	return fsys, ctx.Err()
}
