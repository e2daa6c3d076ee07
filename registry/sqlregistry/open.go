package sqlregistry

import (
	"context"
	"database/sql"
	"sync"
	"sync/atomic"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// Records keeps the records of packs in a database. It is safe for concurrent
// use, by several processes too.
type Records struct {
	db      *sql.DB
	dialect Dialect
	wait    time.Duration

	binding sync.Mutex             // held while the records are bound
	root    atomic.Pointer[string] // the root that they belong to
}

var _ registry.Records = (*Records)(nil)

// Options are optional settings of [Open].
type Options struct {
	// Wait is about the time that a change waits for those of other processes. After
	// it, the error matches [pack.ErrBusy]. 0 means ten seconds, a negative value no limit.
	Wait time.Duration
}

func (o *Options) wait() time.Duration {
	switch {
	case o == nil || o.Wait == 0:
		return defaultWait
	case o.Wait < 0:
		return noLimit
	}
	return o.Wait
}

// Open brings the schema of db up to date and returns the records in it. The caller
// closes db. It sets the modes that records require, and refuses a database that
// cannot have them. A schema of a newer release is a [*SchemaError].
func Open(ctx context.Context, db *sql.DB, dialect Dialect, opts *Options) (*Records, error) {
	if db == nil || dialect.bind == nil {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "open records: the database or the dialect is missing")
	}
	r := &Records{db: db, dialect: dialect, wait: opts.wait()}
	// SQLite ignores the busy timeout of the driver when two processes switch a new file to
	// a write-ahead log.
	err := r.retry(ctx, func() error { return dialect.check(ctx, db) })
	if err == nil {
		err = r.migrate(ctx)
	}
	if err != nil {
		return nil, r.wrap(ctx, "open records", err)
	}
	return r, nil
}

// rootID returns the root that the records belong to, "" for none.
func (r *Records) rootID() string {
	if id := r.root.Load(); id != nil {
		return *id
	}
	return ""
}
