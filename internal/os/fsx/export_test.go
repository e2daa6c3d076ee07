package fsx

import "os"

// SwapInSteps is the way of [Swap] where the system does not help.
func SwapInSteps(a, b Place) error { return swapInSteps(a, b) }

// SyncEach is the way of [Sync] where the system does not help.
func SyncEach(paths ...string) error { return syncEach(paths) }

// OpenOwn opens a directory that [MkdirOwn] made.
func OpenOwn(parent *os.Root, name string) (*os.Root, error) { return openOwn(parent, name) }
