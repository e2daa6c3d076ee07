package registry

import (
	"context"

	"github.com/packtrain/pack/registry/internal/generations"
)

// separate gives a copy of a root an ID and records of its own, if the host asks for it.
// The ID is written last: a process that dies before leaves the copy as it was, beside
// records of a root that does not exist.
func (s *Store) separate(ctx context.Context) error {
	if !s.config.NewRoot {
		return nil
	}
	if _, isCopy, err := s.isCopy(ctx); err != nil || !isCopy {
		return err
	}
	release, err := s.disk.LockIdentity(ctx)
	if err != nil {
		return err
	}
	defer release()
	here, isCopy, err := s.isCopy(ctx)
	if err != nil || !isCopy {
		return err // another process was faster
	}
	id := generations.NewID()
	if err := s.config.Records.Bind(ctx, id); err != nil {
		return err
	}
	if err := s.adopt(ctx); err != nil {
		return err
	}
	if err := s.config.Records.(movableRecords).Records.(Placer).SetPlace(ctx, here); err != nil { //nolint:forcetypeassert // isCopy has asked it
		return err
	}
	return s.disk.SetIdentity(id)
}

// isCopy reports whether the root is a copy of another one with the same records, and
// returns its place. It does not bind the records.
func (s *Store) isCopy(ctx context.Context) (here string, isCopy bool, err error) {
	records, here, err := s.placer(ctx)
	if records == nil || err != nil {
		return "", false, err
	}
	id, err := s.disk.Identity()
	if err != nil || id == "" {
		return "", false, err
	}
	place, err := records.Place(ctx, id)
	if err != nil || place == here {
		return "", false, err
	}
	isCopy, err = isAlsoAt(id, place, here)
	return here, isCopy, err
}
