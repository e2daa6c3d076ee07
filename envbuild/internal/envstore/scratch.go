package envstore

import (
	"context"
	"errors"
	"os"

	"github.com/packtrain/pack"
)

// Scratch calls f with a site at which nothing is built, and removes it. Builders of key
// wait meanwhile.
func (s *Store) Scratch(ctx context.Context, runtime pack.RuntimeName, key string, f func(Site) error) error {
	release, err := s.lockKey(ctx, runtime, key)
	if err != nil {
		return err
	}
	defer release()
	if err := s.clear(runtime, key); err != nil {
		return err
	}
	site, err := s.begin(runtime, key)
	if err != nil {
		return err
	}
	return errors.Join(f(site), os.RemoveAll(site.Dir), os.RemoveAll(site.Work))
}
