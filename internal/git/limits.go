package git

import "github.com/packtrain/pack"

// ratioFrom is the number of inflated bytes up to which the ratio is not checked.
const ratioFrom = 10 << 20

// Limits bound the cost of reading objects. A negative value means no limit.
// Passing one is a [*pack.LimitError].
type Limits struct {
	Objects     int64 // number of objects
	ObjectBytes int64 // one object
	DeltaBytes  int64 // one delta, its base, and its result; all waiting deltas
	Bytes       int64 // all objects; bases of deltas that are read again
	Ratio       int64 // inflated bytes per byte read, beyond 10 MiB
	PackBytes   int64 // bytes that a [Loader] reads
}

// Check returns a [*pack.LimitError] when value is above most, unless that is
// negative.
func Check(what string, most, value int64) error {
	if most < 0 || value <= most {
		return nil
	}
	return &pack.LimitError{Limit: what, Max: most, Value: value}
}
