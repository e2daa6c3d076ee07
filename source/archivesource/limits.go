package archivesource

import (
	"math"

	"github.com/packtrain/pack/internal/archive/compress"
	"github.com/packtrain/pack/internal/archive/zip"
)

// Limits bound the cost of one archive. Zero means the default, a negative
// value no limit. Passing one is a [*pack.LimitError].
type Limits struct {
	ArchiveBytes int64 // archive as received; 512 MiB
	Bytes        int64 // unpacked archive, with the headers of tar; 1 GiB
	Ratio        int64 // unpacked bytes per byte received, beyond 10 MiB; 200
	Entries      int64 // files and directories; 50,000
	Directories  int64 // those that are implied included; 10,000
}

const archiveSize = "archive size"

// limits are Limits without special values.
type limits struct{ archive, bytes, ratio, entries, directories int64 }

func (l Limits) resolve() limits {
	return limits{
		archive:     orDefault(l.ArchiveBytes, 512<<20),
		bytes:       orDefault(l.Bytes, 1<<30),
		ratio:       orDefault(l.Ratio, 200),
		entries:     orDefault(l.Entries, 50_000),
		directories: orDefault(l.Directories, 10_000),
	}
}

func orDefault(n, byDefault int64) int64 {
	switch {
	case n == 0:
		return byDefault
	case n < 0:
		return math.MaxInt64 - 1 // so that one more can be counted
	}
	return n
}

func (l limits) stream() compress.Limits {
	return compress.Limits{Unpacked: l.bytes, Ratio: l.ratio}
}

func (l limits) zip() zip.Limits {
	return zip.Limits{Entries: l.entries, Unpacked: l.bytes, Ratio: l.ratio}
}
