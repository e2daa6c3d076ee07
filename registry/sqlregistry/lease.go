package sqlregistry

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// A lease holds as long as it has not expired by the clock of the server. If that clock was
// set back, it counts as expired, too, so that no lease holds for long.
const (
	valid      = `l.expires > clock_timestamp() AND l.expires <= clock_timestamp() + 2 * l.length`
	renewLease = `UPDATE packtrain_leases l SET expires = clock_timestamp() + l.length WHERE l.fence = ? AND ` + valid
	findLease  = `SELECT 1 FROM packtrain_leases l WHERE l.fence = ? AND ` + valid
	endLease   = `DELETE FROM packtrain_leases WHERE fence = ?`
	// The lease cannot be deleted, and thus its locks cannot be taken by another host, until
	// the transaction ends. It can be renewed.
	heldLocks = `SELECT k.name FROM packtrain_leases l JOIN packtrain_locks k ON k.fence = l.fence` +
		` WHERE l.fence = ? AND l.root = ? AND NOT k.shared AND ` + valid + ` FOR KEY SHARE OF l`
)

// releaseTimeout limits the wait for ending a lease. One that cannot be ended expires.
const releaseTimeout = 5 * time.Second

var errLeaseEnded = pack.Errorf(pack.CodeBusy, "the lease of this host on the packs ended before the change was complete, because the host or its connection to the database was stopped for too long; try again")

// A lease holds locks until it is released, or cannot be renewed in time.
type lease struct {
	records *Records
	fence   int64
	lost    atomic.Bool
	release func()
}

var _ registry.Lock = (*lease)(nil)

// newLease returns a lease that was just made, and renews it from now on.
func newLease(r *Records, fence int64) *lease {
	l := &lease{records: r, fence: fence}
	ctx, cancel := context.WithCancel(context.Background())
	var renewing sync.WaitGroup
	renewing.Go(func() { l.renewAll(ctx) })
	l.release = sync.OnceFunc(func() {
		cancel()
		renewing.Wait()
		ctx, cancel := context.WithTimeout(context.Background(), releaseTimeout)
		defer cancel()
		_, _ = r.db.ExecContext(ctx, r.dialect.bind(endLease), fence)
	})
	return l
}

// renewAll renews l until ctx ends or l is lost. It tries again after an error.
func (l *lease) renewAll(ctx context.Context) {
	pause := l.records.lease / 3
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		if lost := l.renew(ctx, pause); lost {
			l.lost.Store(true)
			return
		}
	}
}

// renew renews l, and reports whether it is lost.
func (l *lease) renew(ctx context.Context, timeout time.Duration) (lost bool) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	res, err := l.records.db.ExecContext(ctx, l.records.dialect.bind(renewLease), l.fence)
	if err != nil {
		return false
	}
	n, err := res.RowsAffected()
	return err == nil && n == 0
}

// Fence implements [registry.Lock].
func (l *lease) Fence() int64 { return l.fence }

// Check implements [registry.Lock].
func (l *lease) Check(ctx context.Context) error {
	if l.lost.Load() {
		return errLeaseEnded
	}
	r := l.records
	var one int
	err := r.retry(ctx, func() error { return r.db.QueryRowContext(ctx, r.dialect.bind(findLease), l.fence).Scan(&one) })
	switch {
	case err == nil:
		return nil
	case isNoRows(err):
		l.lost.Store(true)
		return errLeaseEnded
	}
	return r.wrap(ctx, "check lease", err)
}

// Release implements [registry.Lock].
func (l *lease) Release() { l.release() }

// checkFence refuses an operation whose fence does not hold the locks of all its packs, if
// locks can be lost.
func (c *change) checkFence(ctx context.Context, op *registry.Operation) error {
	if c.records.lease == 0 {
		return nil
	}
	held, err := query(ctx, c.tx, scanName, c.records.dialect.bind(heldLocks), op.Fence, c.records.rootID())
	if err != nil {
		return err
	}
	for _, ref := range op.Refs() {
		if !slices.Contains(held, ref.String()) {
			return errLeaseEnded
		}
	}
	return nil
}

func isNoRows(err error) bool { return errors.Is(err, sql.ErrNoRows) }
