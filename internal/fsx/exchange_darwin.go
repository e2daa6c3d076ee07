package fsx

import "golang.org/x/sys/unix"

// exchange swaps in one step, or fails with errors.ErrUnsupported.
func exchange(a, b string) error { return unix.RenamexNp(a, b, unix.RENAME_SWAP) }
