package fsx

import (
	"errors"

	"golang.org/x/sys/unix"
)

// exchange swaps in one step, or fails with errors.ErrUnsupported.
func exchange(a, b Place) error {
	err := atBoth(a, b, func(dirA int, a string, dirB int, b string) error {
		return unix.Renameat2(dirA, a, dirB, b, unix.RENAME_EXCHANGE)
	})
	// EINVAL: the file system does not know the flag.
	if errors.Is(err, unix.EINVAL) {
		return errors.ErrUnsupported
	}
	return err
}
