package registry

import (
	"context"
	"errors"
	"fmt"

	"github.com/packtrain/pack"
)

// A RecordError means that the record of one pack cannot be decoded: it is damaged, or
// another release wrote it. It matches [pack.ErrStore].
type RecordError struct {
	Ref pack.Ref
	Err error
}

// Error names the pack, with advice.
func (e *RecordError) Error() string {
	return fmt.Sprintf("record of pack %s is damaged: %v; register the pack again with a forced replacement, or remove it", e.Ref, e.Err)
}

func damagedGeneration(ref pack.Ref, name string, err error) *RecordError {
	return &RecordError{ref, fmt.Errorf("generation %s: %w", name, err)}
}

// damaged reports whether err means that a record cannot be decoded.
func damaged(err error) bool {
	_, ok := errors.AsType[*RecordError](err)
	return ok
}

// sound returns the records that can be decoded. The others are logged.
func (s *Store) sound(ctx context.Context) ([]Record, error) {
	records, err := s.config.Records.Packs(ctx)
	if damaged(err) {
		s.config.Logger.Warn("packs are left out", "error", err)
		return records, nil
	}
	return records, err
}

// Unwrap returns the cause and [pack.ErrStore].
func (e *RecordError) Unwrap() []error { return []error{e.Err, pack.ErrStore} }

// ErrorCode implements [pack.Coder].
func (e *RecordError) ErrorCode() pack.Code { return pack.CodeStoreCorrupt }
