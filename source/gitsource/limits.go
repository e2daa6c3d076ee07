package gitsource

import (
	"cmp"

	"github.com/packtrain/pack/internal/git"
)

// The default limits.
const (
	defaultRefBytes    = 16 << 20
	defaultPackBytes   = 512 << 20
	defaultObjects     = 200_000
	defaultObjectBytes = 256 << 20
	defaultDeltaBytes  = 64 << 20
	defaultTreeBytes   = 16 << 20
	defaultBytes       = 1 << 30
	defaultEntries     = 50_000
	defaultDepth       = 64
	defaultPathLen     = 1024
	defaultRatio       = 200
)

// Limits bound the cost of one repository. Zero means the default, a negative
// value no limit. Passing one is an error that matches [pack.ErrLimit].
type Limits struct {
	RefBytes    int64 // list of branches and tags; 16 MiB
	PackBytes   int64 // pack as received; 512 MiB
	Objects     int64 // objects in a pack; 200,000
	ObjectBytes int64 // one object, such as a file; 256 MiB
	DeltaBytes  int64 // one object sent as a difference to another, and that one; 64 MiB
	TreeBytes   int64 // the directories on the way to a file, as git lists them; 16 MiB
	Bytes       int64 // all objects of a pack, and all files delivered; 1 GiB
	Ratio       int64 // inflated bytes per byte received, beyond 10 MiB; 200
	Entries     int64 // files and directories delivered; 50,000
	Depth       int64 // components of a path; 64
	PathLen     int64 // bytes of a path; 1,024
}

func (l Limits) withDefaults() Limits {
	return Limits{
		RefBytes:    cmp.Or(l.RefBytes, defaultRefBytes),
		PackBytes:   cmp.Or(l.PackBytes, defaultPackBytes),
		Objects:     cmp.Or(l.Objects, defaultObjects),
		ObjectBytes: cmp.Or(l.ObjectBytes, defaultObjectBytes),
		DeltaBytes:  cmp.Or(l.DeltaBytes, defaultDeltaBytes),
		TreeBytes:   cmp.Or(l.TreeBytes, defaultTreeBytes),
		Bytes:       cmp.Or(l.Bytes, defaultBytes),
		Ratio:       cmp.Or(l.Ratio, defaultRatio),
		Entries:     cmp.Or(l.Entries, defaultEntries),
		Depth:       cmp.Or(l.Depth, defaultDepth),
		PathLen:     cmp.Or(l.PathLen, defaultPathLen),
	}
}

// objects returns the limits that apply to objects of any kind.
func (l Limits) objects() git.Limits {
	return git.Limits{
		Objects:     l.Objects,
		ObjectBytes: l.ObjectBytes,
		DeltaBytes:  l.DeltaBytes,
		Bytes:       l.Bytes,
		Ratio:       l.Ratio,
		PackBytes:   l.PackBytes,
	}
}

// check returns a [*pack.LimitError] when value is above most.
func check(what string, most, value int64) error { return git.Check(what, most, value) }
