package write

import "strings"

// A TopDir finds the one directory that holds all files of a tree, as archives of
// hosting services have it. The zero value has seen no file.
type TopDir struct {
	name   string // first component of all files so far
	spread bool   // not all files are below name
	files  int
}

// Note takes the path of a file. Files for which [IsJunk] holds do not count.
func (t *TopDir) Note(path string) {
	if IsJunk(path) {
		return
	}
	name, _, below := strings.Cut(path, "/")
	if t.files == 0 {
		t.name = name
	}
	t.spread = t.spread || !below || name != t.name
	t.files++
}

// Name returns the name of the directory; "" when there is none, or no file yet.
func (t *TopDir) Name() string {
	if t.spread {
		return ""
	}
	return t.name
}

// Spread reports whether it is known that there is no such directory.
func (t *TopDir) Spread() bool { return t.spread }
