package registry

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/internal/generations"
)

// A Placer is [Records] that remember where their root is, so that a copy of the root is
// not taken for the root. Records that do not implement it are not asked. It is safe for
// concurrent use.
type Placer interface {
	// Place returns the path that SetPlace recorded for the root with the given ID, "" for
	// none. The records do not have to be bound.
	Place(ctx context.Context, id string) (string, error)
	// SetPlace records the path of the root that the records are bound to.
	SetPlace(ctx context.Context, path string) error
	// File returns the path of the file with the records, "" if a server keeps them. A
	// root that the file lies in is copied with its records.
	File(ctx context.Context) (string, error)
}

// checkPlace refuses to change a copy of the root that the records belong to, as long as
// the original exists. A root that was moved is recorded at its new place, and so is a
// copy that the host adopts.
func (s *Store) checkPlace(ctx context.Context) error {
	records, here, err := s.placer(ctx)
	if records == nil || err != nil {
		return err
	}
	id, err := s.disk.Identity()
	if err != nil {
		return err
	}
	place, err := records.Place(ctx, id)
	if err != nil || place == here {
		return err
	}
	if isOriginal, err := isAlsoAt(id, place, here); err != nil {
		return err
	} else if isOriginal && !s.config.Adopt {
		return &RootError{Root: s.config.Root, Adoptable: true, Original: place, Reason: fmt.Sprintf("it is a copy of the root at %q, "+
			"which has the same records, so it can only be read", place)}
	}
	return records.SetPlace(ctx, here)
}

// placer returns the records if they remember the place of the root and are not copied
// with it, else nil, and the place of the root.
func (s *Store) placer(ctx context.Context) (records Placer, here string, err error) {
	own := s.config.Records.(movableRecords).Records //nolint:forcetypeassert // newStore made it
	records, ok := own.(Placer)
	if !ok || locksOf(own) != nil { // hosts that share a root may mount it at different places
		return nil, "", nil
	}
	if here, err = filepath.EvalSymlinks(s.config.Root); err != nil {
		return nil, "", pack.Errorf(pack.CodeIO, "find root: %w", err)
	}
	file, err := records.File(ctx)
	if err != nil || file != "" && isBelow(here, file) {
		return nil, "", err
	}
	return records, here, nil
}

// isBelow reports whether a file lies below the directory dir.
func isBelow(dir, file string) bool {
	parent, err := filepath.EvalSymlinks(filepath.Dir(file))
	if err != nil {
		return false
	}
	rel, err := filepath.Rel(dir, parent)
	return err == nil && filepath.IsLocal(rel)
}

// isAlsoAt reports whether a root with the ID is at place, and is another directory than
// that at here.
func isAlsoAt(id, place, here string) (bool, error) {
	infoHere, err := os.Stat(here)
	if err != nil {
		return false, pack.Errorf(pack.CodeIO, "find root: %w", err)
	}
	infoPlace, err := os.Stat(place)
	switch {
	case place == "" || errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil: // it is there, and not known to be another root
		return true, nil //nolint:nilerr // the caller refuses the root
	case os.SameFile(infoHere, infoPlace):
		return false, nil
	}
	there, err := generations.IdentityAt(place)
	return err != nil || there == id, nil //nolint:nilerr // the same
}
