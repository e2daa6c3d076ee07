package registry

import (
	"context"
	"errors"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/filelock"
)

// recover finishes or undoes what dead processes left.
func (s *Store) recover(ctx context.Context) error {
	if err := s.disk.sweep(ctx); err != nil {
		return err
	}
	return s.settleDead(ctx)
}

// settleDead settles the changes of dead processes. A pack that a living process
// is working on is left alone, and so is one whose files are damaged: whoever
// wants it next is told. What depends on other packs calls it before it takes
// locks, for the records do not tell of changes that are still to be settled.
func (s *Store) settleDead(ctx context.Context) error {
	refs, err := s.disk.intents()
	if err != nil {
		return err
	}
	for _, ref := range refs {
		err := s.recoverPack(ctx, ref)
		if pack.CodeOf(err) == pack.CodeStoreCorrupt {
			s.config.Logger.Warn("change of a dead process cannot be settled", "pack", ref, "error", err)
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) recoverPack(ctx context.Context, ref pack.Ref) error {
	release, ok, err := filelock.Try(s.disk.lockFile(ref))
	if err != nil || !ok {
		return err
	}
	defer release()
	return s.settle(ctx, ref)
}

// settle finishes or undoes the change of ref that is in the journal; the
// caller holds the lock of ref, so its owner is dead. It may be repeated.
func (s *Store) settle(ctx context.Context, ref pack.Ref) error {
	in, torn, err := s.disk.readIntent(ref)
	if err != nil || in == nil && !torn {
		return err
	}
	pointer, err := s.disk.pointer(ref)
	switch {
	case err != nil:
		return err
	case torn:
		return s.settleTorn(ctx, ref, pointer)
	case pointer == in.To:
		return s.finish(ctx, in)
	case pointer == in.From:
		return s.withdraw(in, nil)
	}
	return pack.Errorf(pack.CodeStoreCorrupt, "pack %s points to generation %q, its journal says %q or %q; remove %q and register it again",
		ref, pointer, in.From, in.To, s.disk.intentFile(ref))
}

// settleTorn settles an intent that cannot be read. Either it was never synced:
// then the pointer has not moved, and agrees with the records. Or it was damaged
// later: then what the pointer says is finished.
func (s *Store) settleTorn(ctx context.Context, ref pack.Ref, pointer string) error {
	known, err := s.known(ctx, ref)
	if err != nil {
		return err
	}
	in := &intent{Ref: ref, To: pointer, Known: known, Time: s.now()}
	if known == pointer {
		return s.withdraw(in, nil)
	}
	return s.finish(ctx, in)
}

// known returns the generation that the records take for the active one, "" for
// none.
func (s *Store) known(ctx context.Context, ref pack.Ref) (string, error) {
	rec, err := s.config.Records.Pack(ctx, ref)
	if err != nil && !errors.Is(err, pack.ErrNotFound) {
		return "", err
	}
	return rec.Active.Name, nil
}

// finish does what is left of a change whose pointer has moved.
func (s *Store) finish(ctx context.Context, in *intent) error {
	var a *Activation
	if in.To != "" {
		var err error
		if a, err = s.disk.readMetadata(in.Ref, in.To); err != nil {
			return err
		}
		a.Previous, a.Time = in.Known, in.Time
	}
	if _, err := s.commit(ctx, in, a); err != nil {
		return err
	}
	s.clearAway(in)
	return nil
}
