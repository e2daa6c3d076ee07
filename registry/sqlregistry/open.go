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

// openTimeout limits the retries of Open while the database is locked.
const openTimeout = 10 * time.Second

// Open brings the schema of db up to date and returns the records in it. The caller
// closes db. A schema of a newer release is a [*SchemaError]. While another process
// has locked the database, Open retries for about ten seconds beyond the busy timeout.
func Open(ctx context.Context, db *sql.DB, dialect Dialect) (*Records, error) {
	if db == nil || dialect.bind == nil {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "open records: the database or the dialect is missing")
	}
	r := &Records{db: db, dialect: dialect}
	if err := r.migrateWithRetry(ctx); err != nil {
		return nil, r.wrap(ctx, "open records", err)
	}
	return r, nil
}

// migrateWithRetry retries migrate while the database is locked. SQLite ignores its
// busy timeout when two processes switch a new file to a write-ahead log: one of them
// immediately gets an error that the file is locked.
func (r *Records) migrateWithRetry(ctx context.Context) error {
	deadline := time.Now().Add(openTimeout)
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
// The first statement of fn has to write: SQLite cannot upgrade a transaction that
// began with a read once another one has written.
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

// wrap adds the operation to err, and a code unless err has one.
func (r *Records) wrap(ctx context.Context, doing string, err error) error {
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", doing, ctx.Err()) // the texts of drivers differ
	case pack.CodeOf(err) != "":
		return fmt.Errorf("%s: %w", doing, err)
	case r.dialect.busy(err):
		return pack.Errorf(pack.CodeBusy, "%s: %w", doing, err)
	}
	return pack.Errorf(pack.CodeIO, "%s: %w", doing, err)
}
