package sqlregistry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

const (
	// One transaction at a time gives out locks.
	nextFence  = `UPDATE packtrain_fences SET fence = GREATEST(fence + 1, (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT) RETURNING fence`
	deleteDead = `DELETE FROM packtrain_leases WHERE fence IN (SELECT l.fence FROM packtrain_leases l` +
		` WHERE l.root = ? AND NOT (` + valid + `) FOR UPDATE SKIP LOCKED)` // others commit a change
	insertLease = `INSERT INTO packtrain_leases (fence, root, holder, length, expires)` +
		` VALUES (?, ?, ?, ? * INTERVAL '1 millisecond', clock_timestamp() + ? * INTERVAL '1 millisecond')`
	insertLock   = `INSERT INTO packtrain_locks (root, name, fence, shared) VALUES (?, ?, ?, ?)`
	selectHolder = `SELECT k.name, l.holder FROM packtrain_locks k JOIN packtrain_leases l ON l.fence = k.fence WHERE k.root = ?`
	selectNow    = `SELECT clock_timestamp()`
)

// leases are the locks of a root that several hosts share: rows that hold as long as the
// leases of their holders.
type leases struct{ *Records }

var _ registry.Locks = leases{}

// A heldError says that another process holds a lock.
type heldError struct{ name, holder string }

// Error implements error.
func (e *heldError) Error() string { return fmt.Sprintf("lock %q is held by %s", e.name, e.holder) }

// Acquire implements [registry.Locks]. While a lock is held, it only reads.
func (l leases) Acquire(ctx context.Context, exclusive, shared []string) (registry.Lock, error) {
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, maxPause) {
		lock, err := l.acquire(ctx, exclusive, shared)
		held, ok := errors.AsType[*heldError](err)
		switch {
		case err == nil:
			return lock, nil
		case !ok && errors.Is(ctx.Err(), context.DeadlineExceeded):
			return nil, pack.Errorf(pack.CodeBusy, "%w: the database does not answer in time", err)
		case !ok:
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, stopped(ctx, held)
		case <-time.After(pause):
		}
	}
}

// stopped returns the reason why waiting for a lock ended.
func stopped(ctx context.Context, held *heldError) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return pack.Errorf(pack.CodeBusy, "%w: %w", held, ctx.Err())
	}
	return pack.Errorf(pack.CodeCancelled, "%w: %w", held, ctx.Err())
}

// Try implements [registry.Locks].
func (l leases) Try(ctx context.Context, exclusive ...string) (registry.Lock, bool, error) {
	lock, err := l.acquire(ctx, exclusive, nil)
	if _, held := errors.AsType[*heldError](err); held {
		return nil, false, nil
	}
	return lock, err == nil, err
}

// Held implements [registry.Locks].
func (l leases) Held(ctx context.Context, name string) (held bool, err error) {
	// Only exclusive holders conflict with one that shares the lock.
	err = l.retry(ctx, func() error { return l.conflict(ctx, l.db, ` AND `+valid, nil, []string{name}) })
	if _, held := errors.AsType[*heldError](err); held {
		return true, nil
	}
	if err != nil {
		return false, l.wrap(ctx, "read locks", err)
	}
	return false, nil
}

// Now implements [registry.Locks].
func (l leases) Now(ctx context.Context) (now time.Time, err error) {
	err = l.retry(ctx, func() error { return l.db.QueryRowContext(ctx, selectNow).Scan(&now) })
	if err != nil {
		return time.Time{}, l.wrap(ctx, "read the clock of the database", err)
	}
	return now.UTC(), nil
}

// acquire takes the locks, or returns a heldError.
func (l leases) acquire(ctx context.Context, exclusive, shared []string) (registry.Lock, error) {
	var fence int64
	err := l.retry(ctx, func() error { return l.conflict(ctx, l.db, ` AND `+valid, exclusive, shared) })
	if err == nil {
		err = l.transact(ctx, func(tx *sql.Tx) (err error) {
			fence, err = l.take(ctx, tx, exclusive, shared)
			return err
		})
	}
	if _, held := errors.AsType[*heldError](err); held {
		return nil, err
	}
	if err != nil {
		return nil, l.wrap(ctx, "acquire locks", err)
	}
	return newLease(l.Records, fence), nil //nolint:contextcheck // it lasts longer than the call
}

// take takes the locks in a transaction that no other one runs beside.
func (l leases) take(ctx context.Context, tx *sql.Tx, exclusive, shared []string) (fence int64, err error) {
	if err := tx.QueryRowContext(ctx, nextFence).Scan(&fence); err != nil {
		return 0, err
	}
	root := l.rootID()
	if _, err := tx.ExecContext(ctx, l.dialect.bind(deleteDead), root); err != nil {
		return 0, err
	}
	if err := l.conflict(ctx, tx, "", exclusive, shared); err != nil {
		return 0, err
	}
	length := l.lease.Milliseconds()
	if _, err := tx.ExecContext(ctx, l.dialect.bind(insertLease), fence, root, holder(), length, length); err != nil {
		return 0, err
	}
	for i, names := range [][]string{exclusive, shared} {
		for _, name := range names {
			if _, err := tx.ExecContext(ctx, l.dialect.bind(insertLock), root, name, fence, i == 1); err != nil {
				return 0, err
			}
		}
	}
	return fence, nil
}

// conflict returns a heldError if one of the locks is held, among those that the condition
// selects.
func (l leases) conflict(ctx context.Context, q rowQuerier, condition string, exclusive, shared []string) error {
	statement, args := selectHolder+condition+` AND (FALSE`, []any{l.rootID()}
	for i, names := range [][]string{exclusive, shared} {
		if len(names) == 0 {
			continue
		}
		statement += ` OR k.name IN (?` + strings.Repeat(`, ?`, len(names)-1) + `)` + []string{``, ` AND NOT k.shared`}[i]
		for _, name := range names {
			args = append(args, name)
		}
	}
	var held heldError
	err := q.QueryRowContext(ctx, l.dialect.bind(statement+`) LIMIT 1`), args...).Scan(&held.name, &held.holder)
	switch {
	case isNoRows(err):
		return nil
	case err != nil:
		return err
	}
	return &held
}

// holder describes this process.
func holder() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown host"
	}
	return fmt.Sprintf("process %d of %s", os.Getpid(), host)
}
