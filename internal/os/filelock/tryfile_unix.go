//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package filelock

import (
	"errors"
	"os"
	"syscall"
)

// TryOpen takes the exclusive lock of an open file or directory, and does not wait:
// when it is held, also by this process through another opening of it, ok is false. The
// lock ends when f is closed, or with the process. A file system or a system that has
// no such locks gives an error that matches [errors.ErrUnsupported].
func TryOpen(f *os.File) (ok bool, err error) { return tryOpen(f, syscall.LOCK_EX) }

// TryOpenShared is [TryOpen] for a lock that several may hold while it is not held
// exclusively. It is enough that f is open for reading.
func TryOpenShared(f *os.File) (ok bool, err error) { return tryOpen(f, syscall.LOCK_SH) }

func tryOpen(f *os.File, how int) (ok bool, err error) {
	conn, err := f.SyscallConn()
	if err != nil {
		return false, err
	}
	var lockErr error
	if err := conn.Control(func(fd uintptr) { lockErr = syscall.Flock(int(fd), how|syscall.LOCK_NB) }); err != nil {
		return false, err
	}
	switch {
	case lockErr == nil:
		return true, nil
	case errors.Is(lockErr, syscall.EWOULDBLOCK):
		return false, nil
	}
	return false, errors.Join(errors.ErrUnsupported, lockErr) // NFS wants files that are open for writing
}
