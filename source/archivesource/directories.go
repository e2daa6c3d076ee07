package archivesource

import (
	"strings"

	"github.com/packtrain/pack"
)

// longestPath is longer than any that a sink accepts by default.
const longestPath = 4 << 10

// directories counts the directories of an archive, those that names imply
// included: an archive of a few kilobytes can hold tens of thousands, and each
// costs the time of many files.
type directories struct {
	most int64
	seen map[string]struct{}
}

func newDirectories(most int64) *directories {
	return &directories{most: most, seen: map[string]struct{}{}}
}

// add notes the directories of a name. It leaves names to the sink that are too long.
func (d *directories) add(name string, dir bool) error {
	name = strings.TrimPrefix(name, "./")
	if dir {
		name = strings.TrimSuffix(name, "/") + "/"
	}
	for len(name) <= longestPath {
		i := strings.LastIndexByte(name, '/')
		if i <= 0 {
			break
		}
		name = name[:i]
		if _, known := d.seen[name]; known {
			break
		}
		d.seen[name] = struct{}{}
	}
	if n := int64(len(d.seen)); n > d.most {
		return &pack.LimitError{Limit: "number of directories", Max: d.most, Value: n}
	}
	return nil
}
