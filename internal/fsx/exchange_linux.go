package fsx

import (
	"errors"

	"golang.org/x/sys/unix"
)

// exchange swaps in one step, or fails with errors.ErrUnsupported.
func exchange(a, b string) error {
	err := unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
	// EINVAL: the file system does not know the flag.
	if errors.Is(err, unix.EINVAL) {
		return errors.ErrUnsupported
	}
	return err
}
