package registry

import (
	"context"
	"fmt"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/internal/generations"
)

// A RootError means that a root was opened with records of another root. It matches
// [pack.ErrStore].
type RootError struct {
	Root   string
	Reason string
	// Adoptable reports whether opening the root with Config.Adopt succeeds.
	Adoptable bool
	// Original is the path of the root of which this one is a copy, "" if it is not known
	// to be one. Config.Adopt lets the copy replace it; with Config.NewRoot, both are used.
	Original string
}

// Error says what is wrong and what to do.
func (e *RootError) Error() string {
	advice := "open it with its own records, or with empty ones"
	switch {
	case e.Original != "":
		advice = "adopt it to let it replace that one, or make it a new root to use both"
	case e.Adoptable:
		advice = "open it with its own records, or adopt the packs in it"
	}
	return fmt.Sprintf("root %q: %s: %s", e.Root, e.Reason, advice)
}

// Unwrap returns [pack.ErrStore].
func (e *RootError) Unwrap() error { return pack.ErrStore }

// ErrorCode implements [pack.Coder].
func (e *RootError) ErrorCode() pack.Code { return pack.CodeStoreCorrupt }

// identify checks that the records belong to the root. It binds new records to the
// root; the records are bound first, so a root with an ID has records, too.
func (s *Store) identify(ctx context.Context) error {
	if root, bound, err := s.identities(ctx); err != nil || root != "" && root == bound {
		return err
	}
	release, err := s.disk.LockIdentity(ctx)
	if err != nil {
		return err
	}
	defer release()
	root, bound, err := s.identities(ctx)
	if err != nil || root != "" && root == bound {
		return err
	}
	if err := s.mayBind(ctx, root, bound); err != nil {
		return err
	}
	id := root
	switch {
	case bound != "":
		id = bound
	case root == "":
		id = generations.NewID()
	}
	if err := s.config.Records.Bind(ctx, id); err != nil || root != "" {
		return err
	}
	return s.disk.SetIdentity(id)
}

// identities returns the ID of the root and the ID in the records, "" for none.
func (s *Store) identities(ctx context.Context) (root, bound string, err error) {
	if root, err = s.disk.Identity(); err != nil {
		return "", "", err
	}
	bound, err = s.config.Records.Root(ctx, root)
	return root, bound, err
}

// mayBind refuses records that cannot belong to the root.
func (s *Store) mayBind(ctx context.Context, root, bound string) error {
	if root != "" && bound != "" {
		return s.refuse(false, "the records belong to another root")
	}
	published, missing, err := s.published(ctx)
	if err != nil {
		return err
	}
	known := missing < published
	recorded, err := s.recorded(ctx)
	switch {
	case err != nil:
		return err
	case bound != "" && !known && (recorded || published > 0):
		return s.refuse(false, "the records belong to another root")
	case bound != "" || root == "" && (known || published == 0 && !recorded):
		return nil
	case s.config.Adopt:
		return s.adopt(ctx)
	case recorded:
		return s.refuse(true, "the records contain packs, but were never used with this root")
	case published == 0:
		return s.refuse(true, "the records are new, but the root was used with others")
	}
	return s.refuse(true, fmt.Sprintf("the records are missing: they list none of the packs in the root (%d)", published))
}

func (s *Store) refuse(adoptable bool, reason string) error {
	return &RootError{Root: s.config.Root, Reason: reason, Adoptable: adoptable}
}

// checkRecorded refuses records that belong to the root but do not list all of its
// packs, such as an old copy or damaged records: the dependencies of a pack that is not
// listed would not count.
func (s *Store) checkRecorded(ctx context.Context) error {
	published, missing, err := s.published(ctx)
	switch {
	case err != nil || missing == 0:
		return err
	case s.config.Adopt:
		return s.adopt(ctx)
	}
	return s.refuse(true, fmt.Sprintf("the records are incomplete: of the packs in the root (%d), they do not list %d", published, missing))
}

const (
	// looks is how often packs have to be found that are not recorded: pointers and records
	// are read one after the other, and in between a pack can be removed and installed again.
	looks = 5
	// firstPause is the time between the first two looks; it doubles with each.
	firstPause = 20 * time.Millisecond
)

// published returns the number of packs that readers get, and how many of them are not
// recorded. A pack that another process is changing does not count, and neither does what
// is not a link to a generation, which is logged.
func (s *Store) published(ctx context.Context) (n, missing int, err error) {
	pause := firstPause
	for look := 1; ; look++ {
		n, missing, err = s.publishedNow(ctx)
		if err != nil || missing == 0 || look == looks {
			return n, missing, err
		}
		select {
		case <-ctx.Done():
			return 0, 0, ctx.Err()
		case <-time.After(pause):
			pause *= 2
		}
	}
}

// publishedNow is published at about one moment.
func (s *Store) publishedNow(ctx context.Context) (n, missing int, err error) {
	refs, err := s.disk.Published()
	if err != nil || len(refs) == 0 {
		return 0, 0, err
	}
	recorded, err := s.config.Records.ActiveGenerations(ctx) // after the pointers: a change that ended in between is recorded by now
	if err != nil {
		return 0, 0, err
	}
	for _, ref := range refs {
		if recorded[ref] == "" {
			pointer, err := s.disk.Pointer(ref)
			if err != nil {
				s.config.Logger.Warn("not a pack, and not recorded as one", "error", err)
			}
			if pointer == "" { // or it was just removed
				continue
			}
			missing++
		}
		n++
	}
	return n, missing, nil
}

// recorded reports whether the records list any pack.
func (s *Store) recorded(ctx context.Context) (bool, error) {
	active, err := s.config.Records.ActiveGenerations(ctx)
	return len(active) > 0, err
}
