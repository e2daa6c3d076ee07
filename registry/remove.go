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
	// [pack.ErrNotFound] if the pack is not installed, and is a
	// [*DependentsError] if others depend on it, unless opts allow these to break. opts
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
	return s.explain(ctx, "remove pack "+ref.String(), remove(ctx, ref, opts.AllowBreak))
}

func (s *Store) remove(ctx context.Context, ref pack.Ref, allowBreak []pack.Ref) error {
	lock, err := s.lock(ctx, []pack.Ref{ref})
	if err != nil {
		return err
	}
	defer lock.Release()
	active, err := s.config.Records.Active(ctx, ref)
	if err != nil {
		return err
	}
	breaks, err := s.removalBreaks(ctx, ref)
	if err != nil {
		return err
	}
	broken, err := breaks.refuse(allowBreak)
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
