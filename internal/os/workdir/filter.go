package workdir

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/packtrain/pack/internal/archive/write"
)

// A Filter decides which entries of a directory are not part of the pack. It is safe
// for concurrent use.
type Filter struct {
	ignore  ignore
	tracked func(name string) bool // asked only about what would be left out
}

// NewFilter returns the filter of a pack with the given content of its [IgnoreFile],
// nil for none. tracked is the result of [Tracked].
func NewFilter(ignoreFile []byte, tracked func(name string) bool) *Filter {
	return &Filter{ignore: parseIgnore(ignoreFile), tracked: tracked}
}

// LeavesOut reports whether an entry with the given name below the pack is not part
// of it. onlyTracked says that this holds for all that git does not track, because
// it does for the directory. An entry that stays all the same is tracked.
func (f *Filter) LeavesOut(entry fs.DirEntry, name string, onlyTracked bool) (out, tracked bool) {
	switch {
	case write.IsVCS(entry.Name()):
		return true, false
	case !onlyTracked && !f.ignore.matches(name, entry.IsDir(), isJunk(entry)):
		return false, false
	}
	tracked = f.tracked(name)
	return !tracked, tracked
}

// maxNoted is how many names a text about what was left out has.
const maxNoted = 20

// LeftOut returns the text that says what was left out, "" for nothing.
func LeftOut(names []string) string {
	if len(names) == 0 {
		return ""
	}
	names, count, more := slices.Sorted(slices.Values(names)), len(names), ""
	if len(names) > maxNoted {
		names, more = names[:maxNoted], ", ..."
	}
	return fmt.Sprintf("left out of the pack, because it usually is not tracked by git or .packignore names it (%d): %s%s; to keep it, track it or write a line with \"!\" and its name in .packignore",
		count, strings.Join(names, ", "), more)
}

// isJunk reports whether an entry is one that development leaves behind.
func isJunk(entry fs.DirEntry) bool {
	name := entry.Name()
	switch lower := strings.ToLower(name); {
	case lower == ".ds_store", lower == "thumbs.db", lower == "desktop.ini":
		return true
	case strings.HasPrefix(name, "._"), path.Ext(name) == ".pyc", isEditors(name):
		return true
	case entry.Type().IsRegular():
		return false
	}
	return slices.Contains([]string{".venv", "venv", "node_modules", "__pycache__"}, name)
}

// isEditors reports whether a name is that of a file that vim or emacs keeps
// beside an edited file.
func isEditors(name string) bool {
	isVim, _ := path.Match(".*.sw[a-p]", name)
	isEmacs := strings.HasPrefix(name, ".#") || len(name) > 2 && strings.HasPrefix(name, "#") && strings.HasSuffix(name, "#")
	return isVim || isEmacs
}
