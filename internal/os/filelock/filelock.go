// Package filelock excludes other processes, and other goroutines, by locks on
// files.
package filelock

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"

	"github.com/gofrs/flock"

	"github.com/packtrain/pack"
)

const pollInterval = 10 * time.Millisecond

// Acquire takes the exclusive lock of the file at path, which is made when it
// is missing and never deleted, and waits for it until ctx ends. The lock ends
// with release, which may be called more than once, or with the process. It is
// not inherited by child processes.
//
// When ctx's deadline passes, the error has [pack.CodeBusy].
func Acquire(ctx context.Context, path string) (release func(), err error) {
	lock := open(path)
	return wait(ctx, lock, lock.TryLockContext)
}

// AcquireShared is [Acquire] for a lock that several may hold while it is not
// held exclusively.
func AcquireShared(ctx context.Context, path string) (release func(), err error) {
	lock := open(path)
	return wait(ctx, lock, lock.TryRLockContext)
}

// Try takes the exclusive lock as [Acquire] does, but does not wait: when it is
// held, ok is false and there is nothing to release.
func Try(path string) (release func(), ok bool, err error) {
	lock := open(path)
	ok, err = lock.TryLock()
	switch {
	case err != nil:
		return nil, false, pack.Errorf(pack.CodeIO, "lock %q: %w", path, err)
	case !ok:
		return nil, false, nil
	}
	return func() { _ = lock.Unlock() }, true, nil
}

// Held reports whether the lock of the file at path is held exclusively. It creates no
// file, and needs permission only to read it. It shares the lock for a moment.
func Held(path string) (bool, error) {
	lock := flock.New(path, flock.SetFlag(os.O_RDONLY))
	free, err := lock.TryRLock()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, pack.Errorf(pack.CodeIO, "lock %q: %w", path, err)
	}
	return !free, lock.Unlock()
}

// open does not report an error: that of locking says more.
func open(path string) *flock.Flock {
	if f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600); err == nil {
		_ = f.Chmod(0o600) // regardless of the umask
		_ = f.Close()
	}
	// Locks on NFS need a descriptor that can write.
	return flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600))
}

func wait(ctx context.Context, lock *flock.Flock, try func(context.Context, time.Duration) (bool, error)) (release func(), err error) {
	if _, err := try(ctx, pollInterval); err != nil {
		return nil, waitError(lock.Path(), err)
	}
	return func() { _ = lock.Unlock() }, nil
}

func waitError(path string, err error) error {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return pack.Errorf(pack.CodeBusy, "lock %q: held by another operation: %w", path, err)
	case errors.Is(err, context.Canceled):
		return pack.Errorf(pack.CodeCancelled, "lock %q: %w", path, err)
	}
	return pack.Errorf(pack.CodeIO, "lock %q: %w", path, err)
}
