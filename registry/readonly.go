package registry

import (
	"context"
	"fmt"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/internal/generations"
)

// OpenReadOnly opens a root to read it: the Store lists, shows and verifies packs and
// returns their configuration; its other methods return an error. It needs no permission
// to write, so a root on a read-only file system, and one of another user that lets a group
// in ([Config.GroupAccess]), can be read.
//
// It creates nothing and settles no interrupted operations. A missing root is an error that
// matches [pack.ErrNotFound]. Records that [Open] refuses are refused, also if Config.Adopt
// is set.
func OpenReadOnly(ctx context.Context, c Config) (*Store, error) {
	c.Adopt, c.GroupAccess = false, false
	s, err := newStore(c)
	if err != nil {
		return nil, fmt.Errorf("open registry: %w", err)
	}
	s.readOnly = true
	s.disk, err = generations.OpenReadOnly(generations.Config{Root: c.Root, Logger: s.config.Logger, Locks: locksOf(c.Records)})
	if err == nil {
		err = s.check(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("open registry in %q: %w", c.Root, err)
	}
	return s, nil
}

// check refuses records that do not belong to the root, and changes nothing.
func (s *Store) check(ctx context.Context) error {
	root, bound, err := s.identities(ctx)
	if err != nil {
		return err
	}
	if root == "" || root != bound {
		if err := s.mayBind(ctx, root, bound); err != nil {
			return err
		}
	}
	return s.checkRecorded(ctx)
}

// enterToChange begins an operation that may change packs, unless the Store is closed or
// only for reading.
func (s *Store) enterToChange() (leave func(), err error) {
	if s.readOnly {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "the root is opened only for reading, so its packs cannot be changed")
	}
	return s.enter()
}
