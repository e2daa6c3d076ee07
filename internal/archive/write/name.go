package write

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/packtrain/pack"
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
	if reason := unsafeText(path); reason != "" {
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
	if reason := unsafeComponent(component); reason != "" {
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

// unsafeText returns the fault in the characters of a path, "" for none.
func unsafeText(path string) string {
	if !utf8.ValidString(path) {
		return "is not valid UTF-8"
	}
	for _, r := range path {
		switch {
		case !unicode.IsGraphic(r):
			return "has a control, format or unassigned character"
		case strings.ContainsRune(`\<>:"|?*`, r):
			return "has a character that some systems forbid or read differently"
		}
	}
	return ""
}

// unsafeComponent returns the fault in one component, "" for none.
func unsafeComponent(component string) string {
	switch {
	case component == "":
		return "is empty, absolute, or has an empty component"
	case component == ".", component == "..":
		return "has a component that is " + component
	case strings.HasSuffix(component, "."), strings.HasSuffix(component, " "):
		return "has a component that ends in a dot or a space"
	case isDevice(component):
		return "is a device on some systems"
	case isShortGit(component):
		return "means .git on some systems"
	}
	return ""
}

var (
	vcsDirs = []string{".git", ".hg", ".svn", ".bzr"}
	devices = []string{"aux", "con", "nul", "prn", "conin$", "conout$"}
)

// isDevice reports whether Windows takes a name for a device: it looks only at
// the part before the first dot, ignoring case and trailing spaces.
func isDevice(component string) bool {
	stem, _, _ := strings.Cut(component, ".")
	stem = strings.ToLower(strings.TrimRight(stem, " "))
	if slices.Contains(devices, stem) {
		return true
	}
	port, isPort := strings.CutPrefix(stem, "com")
	if !isPort {
		port, isPort = strings.CutPrefix(stem, "lpt")
	}
	return isPort && slices.Contains(portNumbers, port)
}

// portNumbers holds the superscript digits too, which Windows counts as digits.
var portNumbers = []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "¹", "²", "³"}

// isShortGit reports whether component is a name that Windows may give to .git
// beside its own: "git~1" and the like.
func isShortGit(component string) bool {
	short, number, found := strings.Cut(component, "~")
	return found && strings.EqualFold(short, "git") && number != "" && strings.Trim(number, "0123456789") == ""
}
