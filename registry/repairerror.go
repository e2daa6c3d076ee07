package registry

import (
	"context"
	"errors"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/internal/generations"
)

// A RepairError means that packs cannot be changed at the moment, because an
// interrupted operation on them can be neither finished nor undone. They remain
// unchanged, and other packs are not affected. Once the cause is fixed, the next change
// of the packs, or opening the root, settles the operation. It matches [pack.ErrStore]
// and has the code of the cause.
type RepairError struct {
	// Refs are the packs of the operation.
	Refs []pack.Ref
	// Operation is the ID of the operation in the records and in the journal.
	Operation string
	// Err is the cause.
	Err error
}

// Error names the packs and the cause.
func (e *RepairError) Error() string { return e.inner().Error() }

// Unwrap returns the cause and [pack.ErrStore].
func (e *RepairError) Unwrap() []error { return []error{e.Err, pack.ErrStore} }

// ErrorCode implements [pack.Coder].
func (e *RepairError) ErrorCode() pack.Code { return e.inner().ErrorCode() }

func (e *RepairError) inner() *generations.RepairError {
	return &generations.RepairError{Operation: e.Operation, Refs: e.Refs, Err: e.Err}
}

// repairError converts err to the errors of a Store.
func repairError(err error) error {
	if e, ok := errors.AsType[*generations.RepairError](err); ok {
		return &RepairError{e.Refs, e.Operation, e.Err}
	}
	return err
}

// lock takes the locks of refs, for changing them, and shares those of others. Under
// these locks it settles the operations of dead processes on any packs: one that may
// still be recorded could add a dependent of refs.
func (s *Store) lock(ctx context.Context, refs []pack.Ref, others ...pack.Ref) (generations.Lock, error) {
	s.changed.Store(true)
	lock, err := s.disk.Lock(ctx, s.ledger(), refs, others...)
	if err != nil {
		return nil, repairError(err)
	}
	if err := s.disk.SettleDead(ctx, s.ledger()); err != nil {
		lock.Release()
		return nil, err
	}
	return lock, nil
}
