package registry

import (
	"context"
	"time"

	"github.com/packtrain/pack/registry/internal/generations"
)

// Locks decide which process may change which packs of a root. Without any, a [Store]
// uses locks on files, which exclude the processes of one host and which the system
// releases when a process dies. Records that several hosts use for one shared directory
// have their own ([LocksProvider]). They are safe for concurrent use.
//
// The names of locks are refs, and others that are not valid refs.
type Locks interface {
	// Acquire takes the locks of exclusive, and those of shared, which several may hold
	// at a time, all together. A holder that is dead loses its locks. Acquire waits until
	// ctx ends; after its deadline, the error has [pack.CodeBusy].
	Acquire(ctx context.Context, exclusive, shared []string) (Lock, error)
	// Try is Acquire of exclusive locks without waiting: ok is false if a living process
	// holds one of them.
	Try(ctx context.Context, exclusive ...string) (l Lock, ok bool, err error)
	// Held reports whether a living process holds the lock exclusively.
	Held(ctx context.Context, name string) (bool, error)
	// Now returns the time by the one clock that all hosts share.
	Now(ctx context.Context) (time.Time, error)
}

// A Lock is what a process holds after it has acquired locks. It is safe for concurrent
// use.
type Lock interface {
	// Fence is the fencing token: a positive number, higher than those of all earlier
	// holders of any lock of the root, also after the database was replaced by an older
	// copy.
	Fence() int64
	// Check returns an error with [pack.CodeBusy] if the locks are lost.
	Check(ctx context.Context) error
	// Release releases the locks. It does not wait for long: locks that it cannot release
	// end by themselves. It may be called more than once.
	Release()
}

// A LocksProvider is [Records] that several hosts can use for one root. A [Store] then
// takes their locks instead of locks on files.
type LocksProvider interface {
	// Locks returns the locks of the root that the records belong to, or nil if all
	// processes that use the root are on one host.
	Locks() Locks
}

// locksOf returns the locks that records have, nil for none.
func locksOf(records Records) generations.Locks {
	provider, ok := records.(LocksProvider)
	if !ok {
		return nil
	}
	if locks := provider.Locks(); locks != nil {
		return recordLocks{locks}
	}
	return nil
}

// recordLocks are the locks of records.
type recordLocks struct{ Locks }

// Acquire implements [generations.Locks].
func (l recordLocks) Acquire(ctx context.Context, exclusive, shared []string) (generations.Lock, error) {
	return l.Locks.Acquire(ctx, exclusive, shared)
}

// Try implements [generations.Locks].
func (l recordLocks) Try(ctx context.Context, exclusive ...string) (generations.Lock, bool, error) {
	return l.Locks.Try(ctx, exclusive...)
}
