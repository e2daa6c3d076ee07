package registry

import (
	"context"
	"errors"
	"fmt"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/text/nearest"
)

// A NotInstalledError says that a pack is not installed. It matches
// [pack.ErrNotFound].
type NotInstalledError struct {
	Ref pack.Ref
	// Nearest is the installed pack that was probably meant, "" if there is none. A
	// [Store] sets it; records do not.
	Nearest pack.Ref
}

// Error names the pack, and the one that was probably meant.
func (e *NotInstalledError) Error() string {
	if e.Nearest == "" {
		return fmt.Sprintf("pack %s is not installed", e.Ref)
	}
	return fmt.Sprintf("pack %s is not installed: did you mean %q?", e.Ref, e.Nearest)
}

// Unwrap returns [pack.ErrNotFound].
func (*NotInstalledError) Unwrap() error { return pack.ErrNotFound }

// ErrorCode implements [pack.Coder].
func (*NotInstalledError) ErrorCode() pack.Code { return pack.CodeNotFound }

// explain returns the error of an operation on one pack with what was being done, or,
// for a pack that is not installed, with the pack that was probably meant.
func (s *Store) explain(ctx context.Context, doing string, err error) error {
	missing, ok := errors.AsType[*NotInstalledError](err)
	switch {
	case err == nil:
		return nil
	case ok:
		return s.suggest(ctx, missing.Ref)
	case doing == "":
		return err
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// suggest returns the error for a pack that is not installed.
func (s *Store) suggest(ctx context.Context, ref pack.Ref) error {
	e := &NotInstalledError{Ref: ref}
	records, err := s.config.Records.Packs(ctx)
	if err != nil && !damaged(err) {
		return e
	}
	var known []string
	for _, rec := range records {
		known = append(known, rec.Ref.String())
	}
	e.Nearest = pack.Ref(nearest.Word(ref.String(), known))
	return e
}
