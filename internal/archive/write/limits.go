package write

import (
	"cmp"

	"github.com/packtrain/pack"
)

// The default limits.
const (
	DefaultEntries      = 50_000
	DefaultDirectories  = 10_000
	DefaultBytes        = 1 << 30
	DefaultFileBytes    = 256 << 20
	DefaultPathLen      = 1024
	DefaultComponentLen = 255
	DefaultDepth        = 64
)

// Limits bound a tree. Zero means the default, a negative value no limit.
type Limits struct {
	Entries      int64 // files and directories, those that are implied included
	Directories  int64 // which cost far more to create and to remove than to send
	Bytes        int64 // content of all files
	FileBytes    int64 // content of one file
	PathLen      int64 // bytes of a path
	ComponentLen int64 // bytes of one component of a path
	Depth        int64 // components of a path
}

// withDefaults returns l with its zero values replaced.
func (l Limits) withDefaults() Limits {
	return Limits{
		Entries:      cmp.Or(l.Entries, DefaultEntries),
		Directories:  cmp.Or(l.Directories, DefaultDirectories),
		Bytes:        cmp.Or(l.Bytes, DefaultBytes),
		FileBytes:    cmp.Or(l.FileBytes, DefaultFileBytes),
		PathLen:      cmp.Or(l.PathLen, DefaultPathLen),
		ComponentLen: cmp.Or(l.ComponentLen, DefaultComponentLen),
		Depth:        cmp.Or(l.Depth, DefaultDepth),
	}
}

// check returns a [*pack.LimitError] when value is above limit.
func check(what string, limit, value int64, name string) error {
	if limit < 0 || value <= limit {
		return nil
	}
	return &pack.LimitError{Limit: what, Max: limit, Value: value, Path: shown(name)}
}

// shown shortens a name for an error, so that a hostile one cannot flood it.
func shown(name string) string {
	const most = 200
	if len(name) <= most {
		return name
	}
	return name[:most] + "..."
}
