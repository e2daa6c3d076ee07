package sqlregistry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/packtrain/pack"
)

const (
	// defaultWait is the default of Options.Wait.
	defaultWait = 10 * time.Second
	// noLimit is as long as PostgreSQL can be told to wait, about.
	noLimit = 20 * 24 * time.Hour
	// maxPause is the longest pause before the same work is tried again.
	maxPause = 100 * time.Millisecond
	// maxLost limits how often work is tried again after its connection was lost.
	maxLost = 3
)

// An outcomeError means that the connection was lost during a commit, so it is
// unknown whether the change was made.
type outcomeError struct{ err error }

func (e *outcomeError) Error() string {
	return fmt.Sprintf("it is unknown whether the change was made, because the connection was lost: %v", e.err)
}

func (e *outcomeError) Unwrap() error { return e.err }

// retry calls fn again while it fails because of other transactions or lost
// connections, for about r.wait. fn has to be safe to repeat, even when it is unknown
// whether it had an effect.
func (r *Records) retry(ctx context.Context, fn func() error) error {
	deadline := time.Now().Add(r.wait)
	losses := 0
	for pause := time.Millisecond; ; pause = min(2*pause, maxPause) {
		err := fn()
		if err == nil {
			return nil
		}
		switch r.classify(err) {
		case fatal, corrupt:
			return err
		case lost:
			if losses++; losses > maxLost {
				return err
			}
		case busy:
		}
		if time.Until(deadline) < pause {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause/2 + rand.N(pause)): //nolint:gosec // to spread attempts, not for security
		}
	}
}

func (r *Records) classify(err error) failure {
	if _, ok := errors.AsType[*outcomeError](err); ok {
		return lost
	}
	return r.dialect.classify(err)
}

// transact calls fn in a transaction, which it commits when fn returns nil. It repeats
// both while other transactions are in the way or the connection is lost.
//
// The first statement of fn has to write: SQLite cannot upgrade a transaction that
// began with a read once another one has written.
func (r *Records) transact(ctx context.Context, fn func(tx *sql.Tx) error) error {
	return r.retry(ctx, func() error { return r.attempt(ctx, fn) })
}

func (r *Records) attempt(ctx context.Context, fn func(tx *sql.Tx) error) error {
	// The end of the context rolls back, in the background: after a panic of the driver,
	// Rollback may never return. It has no effect after Commit.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	tx, err := r.db.BeginTx(ctx, r.dialect.transaction)
	if err != nil {
		return err
	}
	if err := r.execute(ctx, tx, fn); err != nil {
		_ = tx.Rollback() // the error is that of fn
		return err
	}
	if err := tx.Commit(); err != nil {
		if r.dialect.undecided(err) {
			return &outcomeError{err}
		}
		return err
	}
	return nil
}

// execute calls fn after the settings of the transaction.
func (r *Records) execute(ctx context.Context, tx *sql.Tx, fn func(tx *sql.Tx) error) error {
	if r.dialect.settings != nil {
		statement, args := r.dialect.settings(r.wait, r.lease)
		if _, err := tx.ExecContext(ctx, r.dialect.bind(statement), args...); err != nil {
			return err
		}
	}
	return fn(tx)
}

// wrap adds the operation to err, the remedy if there is one, and a code unless err
// has one.
func (r *Records) wrap(ctx context.Context, doing string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", doing, ctx.Err()) // the texts of drivers differ
	}
	if pack.CodeOf(err) != "" {
		return fmt.Errorf("%s: %w", doing, err)
	}
	code := pack.CodeIO
	switch r.dialect.classify(err) {
	case busy:
		code = pack.CodeBusy
	case corrupt:
		code = pack.CodeStoreCorrupt
	case fatal, lost:
	}
	if advice := r.dialect.advice(err); advice != "" {
		return pack.Errorf(code, "%s: %s: %w", doing, advice, err)
	}
	return pack.Errorf(code, "%s: %w", doing, err)
}
