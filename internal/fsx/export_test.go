package fsx

// SwapInSteps is the way of [Swap] where the system does not help.
func SwapInSteps(a, b string) error { return swapInSteps(a, b) }
