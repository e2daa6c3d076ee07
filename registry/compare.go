package registry

import (
	"context"
	"errors"
	"os"
	"slices"

	"github.com/packtrain/pack"
)

// compare determines whether it is already active, and whether it may replace the
// active version.
func (s *Store) compare(ctx context.Context, it *item, replace Replace) error {
	rec, err := s.config.Records.Pack(ctx, it.ID.Ref)
	switch {
	case errors.Is(err, pack.ErrNotFound):
		it.record = Record{}
		return nil
	case damaged(err) && replace == ReplaceAny:
		it.record = Record{Ref: it.ID.Ref}
		it.record.Active.Name, err = s.config.Records.Active(ctx, it.ID.Ref)
		return err
	case err != nil:
		return err
	}
	it.record = rec
	if it.treeDigest != rec.Active.TreeDigest {
		return replace.Check(rec.Active.Version, it.ID)
	}
	if len(it.envs) == 0 && it.staged == "" { // none are attached any more: the pinned ones are kept
		it.envs = rec.Active.Environments
	}
	if newEnvironments(rec.Active.Environments, it.envs) {
		return nil
	}
	it.unchanged, err = s.intact(rec, it)
	return err
}

// intact reports whether readers get the content of rec, unchanged, with the links to
// its environments. Otherwise registering the content of it again repairs the pack.
func (s *Store) intact(rec Record, it *item) (bool, error) {
	pointer, err := s.disk.Pointer(rec.Ref)
	if err != nil || pointer != rec.Active.Name {
		return false, err
	}
	read := sameDir(it.input.Dir, s.disk.Content(rec.Ref, pointer)) // for the digest of it
	links := s.disk.LinksTo(rec.Active.Environments)
	_, metadataErr := s.recall(rec.Ref, pointer)
	return metadataErr == nil && links.Missing(s.disk.Generation(rec.Ref, pointer)) == "" &&
		(read || s.checkContent(rec.Ref, &rec.Active) == nil), nil
}

func sameDir(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}

// newEnvironments reports whether environments other than the pinned ones have been
// attached.
func newEnvironments(pinned, attached []pack.Environment) bool {
	return len(attached) > 0 && !slices.EqualFunc(pinned, attached, sameEnvironment)
}

func sameEnvironment(a, b pack.Environment) bool {
	return a.Runtime == b.Runtime && a.Key == b.Key && a.Instance == b.Instance
}
