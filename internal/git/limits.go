package git

import "github.com/packtrain/pack"

// ratioFrom is how much content may be inflated before its ratio counts.
const ratioFrom = 10 << 20

// Limits bound what reading objects may cost. A negative value means no limit.
// Passing one is a [*pack.LimitError].
type Limits struct {
	Objects     int64 // number of objects
	ObjectBytes int64 // one object
	DeltaBytes  int64 // one delta, what it builds on, and what it makes; all deltas that wait
	Bytes       int64 // all objects; what deltas build on that has to be read again
	Ratio       int64 // inflated bytes per byte read, beyond 10 MiB
	PackBytes   int64 // what a [Loader] reads
}

// Check returns a [*pack.LimitError] when value is above most, unless that is
// negative.
func Check(what string, most, value int64) error {
	if most < 0 || value <= most {
		return nil
	}
	return &pack.LimitError{Limit: what, Max: most, Value: value}
}
