package workdir

import (
	"bytes"
	"path"
	"strings"
)

// IgnoreFile is the name of the file in a pack that names what does not belong to it.
const IgnoreFile = ".packignore"

// MaxIgnore is the size in bytes of the largest IgnoreFile. Each file of a pack is
// compared with all of its patterns.
const MaxIgnore = 16 << 10

// ignore holds the patterns of a .packignore, which are those of a .gitignore. The
// last one that matches decides.
type ignore []ignorePattern

type ignorePattern struct {
	globs         []string // of the components of a name, as [path.Match] reads them; "**" stands for any number
	anywhere      bool     // the one glob is for the last component
	keep, dirOnly bool
}

// matches reports whether the entry with the given name is ignored; byDefault says
// whether it is when no pattern matches.
func (i ignore) matches(name string, isDir, byDefault bool) bool {
	ignored, components := byDefault, strings.Split(name, "/")
	for _, p := range i {
		if ignored == p.keep && (isDir || !p.dirOnly) && p.matches(components) {
			ignored = !p.keep
		}
	}
	return ignored
}

func (p *ignorePattern) matches(components []string) bool {
	if p.anywhere {
		return matchOne(p.globs[0], components[len(components)-1])
	}
	return matchAll(p.globs, components)
}

// matchAll compares globs with components. When they differ after a "**", that stands for
// one component more.
func matchAll(globs, components []string) bool {
	var retry, rest []string // where to go on after the last "**"
	for len(globs) > 0 || len(components) > 0 {
		switch {
		case len(globs) > 0 && globs[0] == "**":
			globs = globs[1:]
			retry, rest = globs, components
		case len(globs) > 0 && len(components) > 0 && matchOne(globs[0], components[0]):
			globs, components = globs[1:], components[1:]
		case retry != nil && len(rest) > 0:
			rest = rest[1:]
			globs, components = retry, rest
		default:
			return false
		}
	}
	return true
}

// matchOne compares one component. A glob that cannot be read matches nothing.
func matchOne(glob, component string) bool {
	if !strings.ContainsAny(glob, `*?[\`) {
		return glob == component
	}
	ok, err := path.Match(glob, component)
	return ok && err == nil
}

func parseIgnore(data []byte) ignore {
	var list ignore
	for line := range strings.Lines(string(bytes.TrimPrefix(data, []byte("\ufeff")))) {
		if p, ok := parsePattern(strings.TrimRight(line, "\r\n")); ok {
			list = append(list, p)
		}
	}
	return list
}

// parsePattern reads one line; ok is false for comments and empty lines.
func parsePattern(line string) (p ignorePattern, ok bool) {
	text := strings.TrimRight(line, " ")
	if strings.HasSuffix(text, `\`) && text != line {
		text += " " // an escaped space at the end
	}
	if strings.HasPrefix(text, "#") {
		return p, false
	}
	text, p.keep = strings.CutPrefix(text, "!")
	text, p.dirOnly = strings.CutSuffix(text, "/")
	if text == "" {
		return p, false
	}
	p.anywhere = !strings.Contains(text, "/")
	for glob := range strings.SplitSeq(strings.TrimPrefix(text, "/"), "/") {
		p.globs = append(p.globs, translate(glob))
	}
	if last := len(p.globs) - 1; !p.anywhere && p.globs[last] == "**" {
		p.globs = append(p.globs, "*") // what lies in the directory, not the directory
	}
	return p, true
}
