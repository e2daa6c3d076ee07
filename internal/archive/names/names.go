// Package names judges names of files in packs: whether they mean the same on every
// system, and which of them some system takes for one. It imports nothing of ours,
// so that what receives a pack and what validates it ask the same functions.
package names

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fault returns what is wrong with a relative path that is separated by "/", as the
// rest of a sentence about its name; "" for nothing.
func Fault(path string) string {
	if reason := TextFault(path); reason != "" {
		return reason
	}
	for component := range strings.SplitSeq(path, "/") {
		if reason := ComponentFault(component); reason != "" {
			return reason
		}
	}
	return ""
}

// TextFault returns the fault in the characters of a path, "" for none.
func TextFault(path string) string {
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

// ComponentFault returns the fault in one component, "" for none.
func ComponentFault(component string) string {
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

var devices = []string{"aux", "con", "nul", "prn", "conin$", "conout$"}

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

// Fold returns a key that two paths share when some system takes them for one:
// it ignores case, and how a character is composed.
func Fold(path string) string {
	for i := range len(path) {
		if path[i] >= utf8.RuneSelf {
			return norm.NFC.String(cases.Fold().String(norm.NFD.String(path)))
		}
	}
	return strings.ToLower(path)
}
