package registry

import (
	"context"
	"fmt"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/internal/generations"
)

// A Remover removes packs.
type Remover interface {
	// Remove removes a pack with all its generations, and keeps its configuration for the
	// case that it is installed again, unless opts purge it. The error matches
	// [pack.ErrNotFound] if the pack is not installed, and [pack.ErrConflict] if another
	// generation is active than opts expect. It is a [*DependentsError] if others depend on
	// the pack, unless opts allow these to break. opts
	// may be nil.
	Remove(ctx context.Context, ref pack.Ref, opts *RemoveOptions) error
}

// RemoveOptions change how a pack is removed.
type RemoveOptions struct {
	// AllowBreak names the installed packs that depend on the removed one and may
	// break, or holds [AnyDependent].
	AllowBreak []pack.Ref
	// Purge removes the configuration, too, also one that an earlier removal has kept.
	Purge bool
	// From is the name of the generation that has to be active, as in [RollBackOptions].
	From string
}

var _ Remover = (*Store)(nil)

// Remove implements [Remover]. The files are deleted later: see [Store.Reap].
func (s *Store) Remove(ctx context.Context, ref pack.Ref, opts *RemoveOptions) error {
	leave, err := s.enterToChange()
	if err != nil {
		return err
	}
	defer leave()
	if _, err := pack.ParseRef(ref.String()); err != nil {
		return fmt.Errorf("remove pack: %w", err)
	}
	if opts == nil {
		opts = &RemoveOptions{}
	}
	remove := s.remove
	if opts.Purge {
		remove = s.removeAndPurge
	}
	return s.explain(ctx, "remove pack "+ref.String(), remove(ctx, ref, opts))
}

func (s *Store) remove(ctx context.Context, ref pack.Ref, opts *RemoveOptions) error {
	lock, err := s.lock(ctx, []pack.Ref{ref})
	if err != nil {
		return err
	}
	defer lock.Release()
	active, err := s.config.Records.Active(ctx, ref)
	if err != nil {
		return err
	}
	if err := expect(ref, active, opts.From); err != nil {
		return err
	}
	rec, err := s.config.Records.Pack(ctx, ref)
	if err != nil && !damaged(err) {
		return err
	}
	breaks, err := s.changeBreaks(ctx, ref, rec.Active.Version, pack.Version{})
	if err != nil {
		return err
	}
	broken, err := breaks.refuse(opts.AllowBreak)
	if err != nil {
		return err
	}
	op := generations.Operation{Time: s.now(), Actor: actorOf(ctx), Moves: []generations.Move{{Ref: ref, From: active}}}
	if _, err = s.apply(ctx, lock, op, s.disk.Apply); err != nil {
		return err
	}
	s.logBroken(ref, broken)
	return nil
}
