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
	lease   time.Duration // 0: one host

	binding sync.Mutex             // held while the records are bound
	root    atomic.Pointer[string] // the root that they belong to
}

var (
	_ registry.Records       = (*Records)(nil)
	_ registry.LocksProvider = (*Records)(nil)
)

// DefaultLease is a length of leases that suits most hosts.
const DefaultLease = 15 * time.Second

// Options are optional settings of [Open].
type Options struct {
	// Wait is about the time that a change waits for those of other processes. After
	// it, the error matches [pack.ErrBusy]. 0 means ten seconds, a negative value no limit.
	Wait time.Duration
	// Lease, if positive, lets several hosts share the directory of the root, and is the
	// length of their leases: see "Several hosts" in the package comment. All processes
	// that use the root have to set it, to [DefaultLease] for example. It requires
	// PostgreSQL. 0 means that all processes are on one host.
	Lease time.Duration
}

func (o *Options) lease() time.Duration {
	if o == nil {
		return 0
	}
	return o.Lease
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
	r, err := newRecords(db, dialect, opts)
	if err != nil {
		return nil, err
	}
	// SQLite ignores the busy timeout of the driver when two processes switch a new file to
	// a write-ahead log.
	err = r.retry(ctx, func() error { return dialect.check(ctx, db) })
	if err == nil {
		err = r.migrate(ctx)
	}
	if err != nil {
		return nil, r.wrap(ctx, "open records", err)
	}
	return r, nil
}

// Locks implements [registry.LocksProvider].
func (r *Records) Locks() registry.Locks {
	if r.lease == 0 {
		return nil
	}
	return leases{r}
}

// shared returns 1 if several hosts use the root, as its row says.
func (r *Records) shared() int64 {
	if r.lease == 0 {
		return 0
	}
	return 1
}

// checkShared refuses a root whose row says otherwise than the records are opened.
func (r *Records) checkShared(shared int64) error {
	switch {
	case shared == r.shared():
		return nil
	case shared == 0:
		return pack.Errorf(pack.CodeInvalidRequest, "the root is one that processes of a single host use: open it as such, not as a root that several hosts share")
	}
	return pack.Errorf(pack.CodeInvalidRequest, "several hosts share the root: open it as a shared root, as they do (--shared-root)")
}

// OpenReadOnly returns the records in db for the methods that read. It writes nothing, so
// the database may be read-only. A database without records is an error that matches
// [pack.ErrNotFound]; a schema of another release is a [*SchemaError].
func OpenReadOnly(ctx context.Context, db *sql.DB, dialect Dialect, opts *Options) (*Records, error) {
	r, err := newRecords(db, dialect, opts)
	if err != nil {
		return nil, err
	}
	if err := r.retry(ctx, func() error { return r.checkVersion(ctx) }); err != nil {
		return nil, r.wrap(ctx, "open records", err)
	}
	return r, nil
}

func newRecords(db *sql.DB, dialect Dialect, opts *Options) (*Records, error) {
	if db == nil || dialect.bind == nil {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "open records: the database or the dialect is missing")
	}
	r := &Records{db: db, dialect: dialect, wait: opts.wait(), lease: opts.lease()}
	if r.lease < 0 || r.lease > 0 && !dialect.leases {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "open records: several hosts can share a root only if a database server keeps its records, and leases have a positive length")
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
