package registry

import (
	"context"
	"fmt"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/internal/generations"
)

// A Pinner says which generations are kept regardless of the [Retention].
type Pinner interface {
	// PinGeneration keeps a generation of ref, given by its name or version as in
	// [Snapshotter], and returns its name. Pinning it again changes nothing. The error
	// matches [pack.ErrNotFound] if there is none.
	PinGeneration(ctx context.Context, ref pack.Ref, generation string) (name string, err error)
	// UnpinGeneration undoes it. The generation may be collected from then on.
	UnpinGeneration(ctx context.Context, ref pack.Ref, generation string) (name string, err error)
}

var _ Pinner = (*Store)(nil)

// PinGeneration implements [Pinner].
func (s *Store) PinGeneration(ctx context.Context, ref pack.Ref, generation string) (name string, err error) {
	return s.pin(ctx, "pin", ref, generation, func(pinned []string, name string) []string {
		pinned = append(slices.Clone(pinned), name)
		slices.Sort(pinned)
		return slices.Compact(pinned)
	})
}

// UnpinGeneration implements [Pinner].
func (s *Store) UnpinGeneration(ctx context.Context, ref pack.Ref, generation string) (name string, err error) {
	return s.pin(ctx, "unpin", ref, generation, func(pinned []string, name string) []string {
		return slices.DeleteFunc(slices.Clone(pinned), func(p string) bool { return p == name })
	})
}

func (s *Store) pin(ctx context.Context, doing string, ref pack.Ref, generation string, change func(pinned []string, name string) []string) (name string, err error) {
	err = s.changeSettings(ctx, ref, func(rec *Record) error {
		g, err := s.kept(ctx, rec, generation)
		if err != nil {
			return err
		}
		name = g.Name
		rec.Settings.Pinned = change(rec.Settings.Pinned, name)
		return nil
	})
	return name, s.explain(ctx, fmt.Sprintf("%s generation of pack %s", doing, ref), err)
}

// changeSettings changes the settings of ref. change gets its record, of which the settings
// count.
func (s *Store) changeSettings(ctx context.Context, ref pack.Ref, change func(*Record) error) error {
	leave, err := s.enterToChange()
	if err != nil {
		return err
	}
	defer leave()
	if _, err := pack.ParseRef(ref.String()); err != nil {
		return err
	}
	lock, err := s.lock(ctx, []pack.Ref{ref})
	if err != nil {
		return err
	}
	defer lock.Release()
	rec, err := s.config.Records.Pack(ctx, ref)
	if err != nil {
		return err
	}
	before := rec.Settings.clone()
	if err := change(&rec); err != nil || before.equal(rec.Settings) {
		return err
	}
	op := Operation{ID: generations.NewID(), Time: s.now(), Actor: actorOf(ctx), Fence: lock.Fence(), Settings: []Setting{{ref, rec.Settings}}}
	_, err = s.config.Records.Apply(ctx, op)
	return err
}

// kept returns the generation of rec with the given name or version.
func (s *Store) kept(ctx context.Context, rec *Record, name string) (*Generation, error) {
	recorded, err := s.generations(ctx, rec.Ref)
	if err != nil && !damaged(err) {
		return nil, err
	}
	g := chooseKept(recorded, rec.Active.Name, name)
	if g == nil {
		return nil, noGeneration(rec.Ref, name, recorded)
	}
	return g, nil
}

func noGeneration(ref pack.Ref, name string, recorded []Generation) error {
	return pack.Errorf(pack.CodeNotFound, "pack %s has no generation %.64q; it has: %s", ref, name, listKept(recorded))
}
