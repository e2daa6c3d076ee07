package envstore

import (
	"context"
	"errors"
	"os"

	"github.com/packtrain/pack"
)

// bytecodeSuffix ends the name of the directory for bytecode beside an environment.
const bytecodeSuffix = ".pyc"

// Fill makes the directory for bytecode of an environment by f, unless it exists. It exists
// only when f has succeeded. Nothing depends on it, so it is not made durable.
func (s *Store) Fill(ctx context.Context, r Record, f func(Site) error) error {
	if _, err := os.Lstat(r.Root + bytecodeSuffix); err == nil {
		return nil
	}
	if !s.isWhole(r.Environment.Runtime, &r) {
		return pack.Errorf(pack.CodeStoreCorrupt, "environment %s was changed since it was built; build it again", r.Root)
	}
	return s.Scratch(ctx, r.Environment.Runtime, r.Environment.Key, func(site Site) error {
		if _, err := os.Lstat(r.Root + bytecodeSuffix); err == nil {
			return nil // another process was faster
		}
		if err := f(site); err != nil {
			return err
		}
		return errors.Join(Seal(site.Dir), os.Rename(site.Dir, r.Root+bytecodeSuffix))
	})
}
