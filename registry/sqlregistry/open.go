package sqlregistry

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// Records keeps the records of packs in a database. It is safe for concurrent
// use, by several processes too.
type Records struct {
	db      *sql.DB
	dialect Dialect
}

var _ registry.Records = (*Records)(nil)

// openPatience is how long Open tries again while the database is locked.
const openPatience = 10 * time.Second

// Open returns the records in db, which stays the caller's to close, and brings
// its schema up to date. A schema that a newer release made is a
// [*SchemaError]. While another process holds the database Open tries again,
// for some ten seconds beyond the busy timeout.
func Open(ctx context.Context, db *sql.DB, dialect Dialect) (*Records, error) {
	if db == nil || dialect.bind == nil {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "open records: a database and a dialect are needed")
	}
	r := &Records{db: db, dialect: dialect}
	if err := r.migratePatiently(ctx); err != nil {
		return nil, r.wrap(ctx, "open records", err)
	}
	return r, nil
}

// migratePatiently migrates when it can. SQLite does not wait out its busy
// timeout when two processes turn a new file into one with a write-ahead log:
// one of them is told at once that the file is locked.
func (r *Records) migratePatiently(ctx context.Context) error {
	deadline := time.Now().Add(openPatience)
	for {
		err := r.migrate(ctx)
		if err == nil || !r.dialect.busy(err) || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// transact calls fn in a transaction, which it commits when fn returns nil.
//
// The first statement of fn has to write: a transaction that begins by reading
// cannot be continued by SQLite once another one has written.
func (r *Records) transact(ctx context.Context, fn func(tx *sql.Tx) error) error {
	tx, err := r.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // without effect after Commit
	if err := fn(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// wrap says what was being done, and gives err a code unless it has one.
func (r *Records) wrap(ctx context.Context, doing string, err error) error {
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", doing, ctx.Err()) // drivers have texts of their own for it
	case pack.CodeOf(err) != "":
		return fmt.Errorf("%s: %w", doing, err)
	case r.dialect.busy(err):
		return pack.Errorf(pack.CodeBusy, "%s: %w", doing, err)
	}
	return pack.Errorf(pack.CodeIO, "%s: %w", doing, err)
}
