package localsource

import (
	"context"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/archive/write"
)

// A filter decides which entries of a directory are not part of the pack.
type filter struct {
	ignore  ignore
	tracked func(name string) bool // asked only about what would be left out
	left    []string               // what was left out, as names below the pack
}

// leavesOut reports whether an entry with the given name below the pack is not part
// of it. onlyTracked says that this holds for all that git does not track, because
// it does for the directory. An entry that stays all the same is tracked.
func (f *filter) leavesOut(entry fs.DirEntry, name string, onlyTracked bool) (out, tracked bool) {
	switch {
	case write.IsVCS(entry.Name()):
	case !onlyTracked && !f.ignore.matches(name, entry.IsDir(), isJunk(entry)):
		return false, false
	case f.tracked(name):
		return false, true
	}
	f.left = append(f.left, name)
	return true, false
}

// maxNoted is how many names a note has.
const maxNoted = 20

// note tells what was left out.
func (f *filter) note(ctx context.Context) {
	if len(f.left) == 0 {
		return
	}
	names, more := slices.Sorted(slices.Values(f.left)), ""
	if len(names) > maxNoted {
		names, more = names[:maxNoted], ", ..."
	}
	pack.Note(ctx, "left out of the pack, because it usually is not tracked by git or .packignore names it (%d): %s%s; to keep it, track it or write a line with \"!\" and its name in .packignore",
		len(f.left), strings.Join(names, ", "), more)
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
