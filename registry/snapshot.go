package registry

import (
	"context"
	"sync"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/internal/generations"
)

// A Snapshotter gives readers the files of packs.
type Snapshotter interface {
	// Snapshot returns the active generations of the packs with the given refs, or of
	// all packs, as they were active together at one moment of the call. A given pack
	// that is not installed is an error that matches [pack.ErrNotFound], one whose
	// record or files are damaged an error that matches [pack.ErrStore]. Without refs,
	// damaged packs are left out. The caller releases the snapshot.
	Snapshot(ctx context.Context, refs ...pack.Ref) (*Snapshot, error)
	// SnapshotKept returns one generation of a pack that is active or kept for
	// rollback. kept is its name or its version; of several generations with the same
	// version, it is the active one or, if none of them is active, the latest. "" is the
	// one that [RollBacker] goes back to. The error matches [pack.ErrNotFound] if there is
	// none. The caller releases the snapshot.
	SnapshotKept(ctx context.Context, ref pack.Ref, kept string) (*Snapshot, error)
}

// A Snapshot is a reader's handle on generations of packs: their files stay as they are
// until it is released or its process ends, whatever becomes active, and also when the
// packs are removed. It has one open file for each generation. No operation waits for
// it. It needs no permission to write, and remains valid after the [Store] is closed.
type Snapshot struct {
	// Packs are ordered by ref.
	Packs []SnapshotPack

	leases []generations.Lease
	once   sync.Once
}

// A SnapshotPack is one generation of a pack in a [Snapshot].
type SnapshotPack struct {
	// Record is the record of the pack; its Active and Manifest are those of the
	// generation in the snapshot.
	Record
	// Dir is the directory of the content, without symbolic links below the root.
	Dir string
	// Leased reports whether the snapshot keeps the files. It is false if the file
	// system has no locks, or several hosts share the root: then the files remain for a
	// day after the pack is removed.
	Leased bool

	components func() ([]pack.Component, error)
}

// Components reads the components of the generation, in the order of their activation. A
// SnapshotPack that was not made by a [Store] has none.
func (p *SnapshotPack) Components() ([]pack.Component, error) {
	if p.components == nil {
		return nil, nil
	}
	return p.components()
}

// Action returns the action with that ref, as [PackDetails.Action] does.
func (p *SnapshotPack) Action(ref pack.ComponentRef) (*pack.Component, error) {
	components, err := p.Components()
	if err != nil {
		return nil, err
	}
	all := PackDetails{ActivePack: ActivePack{Record: p.Record}, Components: components}
	return all.Action(ref)
}

// Release ends the snapshot: from then on, its files may be deleted once their packs are
// removed. It may be called more than once, from any goroutine.
func (s *Snapshot) Release() {
	s.once.Do(func() {
		for _, l := range s.leases {
			l.Release()
		}
	})
}

var _ Snapshotter = (*Store)(nil)

// Snapshot implements [Snapshotter].
func (s *Store) Snapshot(ctx context.Context, refs ...pack.Ref) (*Snapshot, error) {
	return s.snapshot(ctx, func() ([]Record, error) { return s.wanted(ctx, refs) }, len(refs) == 0)
}

// SnapshotKept implements [Snapshotter].
func (s *Store) SnapshotKept(ctx context.Context, ref pack.Ref, kept string) (*Snapshot, error) {
	return s.snapshot(ctx, func() ([]Record, error) { return s.keptRecord(ctx, ref, kept) }, false)
}
