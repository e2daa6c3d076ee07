package extract

import "github.com/packtrain/pack"

// The default limits.
const (
	DefaultEntries      = 50_000
	DefaultBytes        = 1 << 30
	DefaultFileBytes    = 256 << 20
	DefaultPathLen      = 1024
	DefaultComponentLen = 255
	DefaultDepth        = 64
)

// Limits bound a tree. Zero means the default, a negative value no limit.
type Limits struct {
	Entries      int64 // files and directories, those that are implied included
	Bytes        int64 // content of all files
	FileBytes    int64 // content of one file
	PathLen      int64 // bytes of a path
	ComponentLen int64 // bytes of one component of a path
	Depth        int64 // components of a path
}

// withDefaults returns l with its zero values replaced.
func (l Limits) withDefaults() Limits {
	return Limits{
		Entries:      orDefault(l.Entries, DefaultEntries),
		Bytes:        orDefault(l.Bytes, DefaultBytes),
		FileBytes:    orDefault(l.FileBytes, DefaultFileBytes),
		PathLen:      orDefault(l.PathLen, DefaultPathLen),
		ComponentLen: orDefault(l.ComponentLen, DefaultComponentLen),
		Depth:        orDefault(l.Depth, DefaultDepth),
	}
}

func orDefault(value, byDefault int64) int64 {
	if value == 0 {
		return byDefault
	}
	return value
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
