// Package filelock excludes other processes, and other goroutines, by locks on
// files.
package filelock

import (
	"context"
	"errors"
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
	// Locks on NFS need a descriptor that can write.
	lock := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, pollInterval); err != nil {
		return nil, waitError(path, err)
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
