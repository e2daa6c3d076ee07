package fsx

import "golang.org/x/sys/unix"

// exchange swaps in one step, or fails with errors.ErrUnsupported.
func exchange(a, b Place) error {
	return atBoth(a, b, func(dirA int, a string, dirB int, b string) error {
		return unix.RenameatxNp(dirA, a, dirB, b, unix.RENAME_SWAP)
	})
}
