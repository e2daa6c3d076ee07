package fsx

// SwapInSteps is the way of [Swap] where the system does not help.
func SwapInSteps(a, b string) error { return swapInSteps(a, b) }

// SyncEach is the way of [Sync] where the system does not help.
func SyncEach(paths ...string) error { return syncEach(paths) }
