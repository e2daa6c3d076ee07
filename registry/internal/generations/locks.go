package generations

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/packtrain/pack/internal/os/filelock"
)

// Locks exclude the processes that share a root from each other. A lock is free when
// nothing holds it, or when its holder is dead; acquiring it adopts what the dead one left.
// The names of locks are refs, and names that are not valid refs.
type Locks interface {
	// Acquire takes the locks of exclusive, and those of shared, which several may hold
	// at a time, together. It waits until ctx ends; when its deadline passes, the error
	// has [pack.CodeBusy].
	Acquire(ctx context.Context, exclusive, shared []string) (Lock, error)
	// Try does not wait: ok is false if a living process holds one of the locks.
	Try(ctx context.Context, exclusive ...string) (l Lock, ok bool, err error)
	// Held reports whether a living process holds the lock exclusively.
	Held(ctx context.Context, name string) (bool, error)
	// Now returns the time by the clock that all holders share. The zero time means
	// that there is none: then all processes are on one host, and use its clock.
	Now(ctx context.Context) (time.Time, error)
}

// A Lock is what a process holds after it has acquired locks.
type Lock interface {
	// Fence is higher than the fences of all earlier holders of the same locks. 0 means
	// that a holder cannot lose its locks while it lives.
	Fence() int64
	// Check returns an error if the locks are lost. They may be lost afterwards.
	Check(ctx context.Context) error
	// Release releases the locks. It may be called more than once.
	Release()
}

// fileLocks are locks on files, which exclude the processes of one host. The system
// releases them when a process dies.
type fileLocks struct{ Layout }

// stagingPrefix begins the names of the locks of staging directories.
const stagingPrefix = stagingDir + "/"

func (l fileLocks) path(name string) string {
	if id, ok := strings.CutPrefix(name, stagingPrefix); ok {
		return filepath.Join(l.dir(stagingDir), id+lockSuffix)
	}
	return l.lockFile(name)
}

// Acquire implements [Locks]. All processes take locks in the order of their names, so
// they cannot block each other in a circle.
func (l fileLocks) Acquire(ctx context.Context, exclusive, shared []string) (Lock, error) {
	held := &fileLock{}
	names := slices.Concat(exclusive, shared)
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		acquire := filelock.AcquireShared
		if slices.Contains(exclusive, name) {
			acquire = filelock.Acquire
		}
		release, err := acquire(ctx, l.path(name))
		if err != nil {
			held.Release()
			return nil, err
		}
		held.releases = append(held.releases, release)
	}
	return held, nil
}

// Try implements [Locks].
func (l fileLocks) Try(_ context.Context, exclusive ...string) (Lock, bool, error) {
	held := &fileLock{}
	for _, name := range exclusive {
		release, ok, err := filelock.Try(l.path(name))
		if err != nil || !ok {
			held.Release()
			return nil, false, err
		}
		held.releases = append(held.releases, release)
	}
	return held, true, nil
}

// Held implements [Locks].
func (l fileLocks) Held(_ context.Context, name string) (bool, error) {
	return filelock.Held(l.path(name))
}

// Now implements [Locks].
func (fileLocks) Now(context.Context) (time.Time, error) { return time.Time{}, nil }

type fileLock struct{ releases []func() }

// Fence implements [Lock].
func (*fileLock) Fence() int64 { return 0 }

// Check implements [Lock].
func (*fileLock) Check(context.Context) error { return nil }

// Release implements [Lock].
func (l *fileLock) Release() {
	for _, release := range l.releases {
		release()
	}
}
