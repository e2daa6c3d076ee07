package registry

import (
	"context"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/internal/generations"
)

// adopt adds the packs in the root to the records, from the metadata of their
// generations. It may be repeated, and continues where it ended. A pack with damaged
// metadata is skipped and logged. Packs that a dead process was changing are adopted in
// their current state, so that the change can be settled.
func (s *Store) adopt(ctx context.Context) error {
	refs, err := s.disk.Pointers()
	if err != nil {
		return err
	}
	op := Operation{ID: generations.NewID(), Time: s.now(), Actor: actorOf(ctx)}
	for _, ref := range refs {
		a, err := s.adoptHistory(ctx, ref)
		if err != nil {
			return err
		}
		if a != nil {
			op.Activate = append(op.Activate, *a)
		}
	}
	if len(op.Activate) == 0 {
		return nil
	}
	_, err = s.config.Records.Apply(ctx, op)
	return err
}

// adoptHistory adds the other generations of ref to the records, and returns the
// activation of the one that readers get, or nil if that is recorded or damaged.
func (s *Store) adoptHistory(ctx context.Context, ref pack.Ref) (*Activation, error) {
	active, err := s.ledger().Active(ctx, ref)
	if err != nil {
		return nil, err
	}
	a, err := s.recallPointer(ref, active)
	if pack.CodeOf(err) == pack.CodeStoreCorrupt {
		s.config.Logger.Warn("pack cannot be adopted; register it again", "pack", ref, "error", err)
		return nil, nil //nolint:nilnil // the others are adopted
	}
	if a == nil || err != nil {
		return nil, err
	}
	a.Previous, err = s.adoptOthers(ctx, ref, a.Generation.Name, active)
	return a, err
}

// recallPointer returns the activation of the generation that readers get, or nil if that
// is the active one.
func (s *Store) recallPointer(ref pack.Ref, active string) (*Activation, error) {
	pointer, err := s.disk.Pointer(ref)
	if err != nil || pointer == "" || pointer == active {
		return nil, err
	}
	return s.recall(ref, pointer)
}

// adoptOthers adds all unrecorded generations of ref to the records, except the one of
// the pointer, and returns the one that is active afterwards. They have no components,
// because these belong to the generation of the pointer.
func (s *Store) adoptOthers(ctx context.Context, ref pack.Ref, pointer, active string) (last string, err error) {
	names, err := s.disk.Generations(ref)
	if err != nil {
		return "", err
	}
	recorded, err := s.generations(ctx, ref)
	if err != nil && !damaged(err) {
		return "", err
	}
	last = active
	for _, name := range names {
		if name == pointer || slices.ContainsFunc(recorded, func(g Generation) bool { return g.Name == name }) {
			continue
		}
		a, err := s.recall(ref, name)
		if err != nil {
			s.config.Logger.Warn("generation cannot be adopted", "pack", ref, "generation", name, "error", err)
			continue
		}
		a.Previous, a.Documents = last, nil
		op := Operation{ID: generations.NewID(), Time: s.now(), Actor: actorOf(ctx), Activate: []Activation{*a}}
		if _, err := s.config.Records.Apply(ctx, op); err != nil && !damaged(err) {
			return "", err
		}
		last = name
	}
	return last, nil
}

// recall returns the activation in the metadata of a generation.
func (s *Store) recall(ref pack.Ref, generation string) (*Activation, error) {
	metadata, err := s.disk.Metadata(ref, generation)
	if err != nil {
		return nil, err
	}
	a, err := readActivation(s.disk, ref, generation, metadata)
	a.Generation.Environments = fromRoot(s.config.Root, a.Generation.Environments)
	return &a, err
}
