package untar

import (
	"math"

	"github.com/packtrain/pack"
)

// Limits bound what is read. Zero means the default, a negative value no limit.
type Limits struct {
	Unpacked int64 // bytes of the uncompressed archive, headers included: 1 GiB
	Entries  int64 // files, directories and global headers: 50,000
	Ratio    int64 // uncompressed to compressed size, above 10 MiB: 200
}

const (
	defaultUnpacked = 1 << 30
	defaultEntries  = 50_000
	defaultRatio    = 200
	freeOfRatio     = 10 << 20
)

func (l Limits) unpacked() int64 { return orDefault(l.Unpacked, defaultUnpacked) }
func (l Limits) entries() int64  { return orDefault(l.Entries, defaultEntries) }
func (l Limits) ratio() int64    { return orDefault(l.Ratio, defaultRatio) }

func orDefault(n, def int64) int64 {
	switch {
	case n == 0:
		return def
	case n < 0:
		return math.MaxInt64
	}
	return n
}

func over(limit string, most, value int64) error {
	if value <= most {
		return nil
	}
	return &pack.LimitError{Limit: limit, Max: most, Value: value}
}
