package write

import (
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/archive/names"
)

// CleanName checks a relative path that is separated by "/" and returns it
// without the leading "./" that some archivers write. "." and "./" are the top
// directory and give "".
//
// A name is refused when it is empty or absolute, or has a component that is
// empty, "." or ".."; when it is not valid UTF-8 or holds a control, format or
// unassigned character, a backslash, or one of <>:"|?*; when a component ends in
// a dot or a space or is a device name of Windows (con, aux.txt, com1, ...); and
// when a component is, or is on some system, the directory of a version control
// system (.git, .hg, .svn, .bzr). The limits bound its length and depth.
func CleanName(name string, limits Limits) (string, error) {
	return limits.withDefaults().cleanName(name)
}

func (l Limits) cleanName(name string) (string, error) {
	if name == "." || name == "./" {
		return "", nil
	}
	if err := check("path length", l.PathLen, int64(len(name)), name); err != nil {
		return "", err
	}
	path := strings.TrimPrefix(name, "./")
	if reason := names.TextFault(path); reason != "" {
		return "", unsafe(name, reason)
	}
	var depth int64
	for component := range strings.SplitSeq(path, "/") {
		depth++
		if err := l.checkComponent(name, component); err != nil {
			return "", err
		}
	}
	return path, check("path depth", l.Depth, depth, name)
}

func (l Limits) checkComponent(name, component string) error {
	if reason := names.ComponentFault(component); reason != "" {
		return unsafe(name, reason)
	}
	if IsVCS(component) {
		return pack.Errorf(pack.CodeInvalidManifest, "entry %q belongs to a version control system: leave it out of the pack", shown(name))
	}
	return check("name length", l.ComponentLen, int64(len(component)), name)
}

// IsVCS reports whether a name is, or is on some system, that of the directory of
// a version control system.
func IsVCS(component string) bool {
	return slices.ContainsFunc(vcsDirs, func(dir string) bool { return strings.EqualFold(dir, component) })
}

func unsafe(name, reason string) error {
	return pack.Errorf(pack.CodeUnsafePath, "entry %q: the name %s", shown(name), reason)
}

var vcsDirs = []string{".git", ".hg", ".svn", ".bzr"}
