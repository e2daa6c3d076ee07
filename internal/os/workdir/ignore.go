package workdir

import (
	"bytes"
	"regexp"
	"strings"
)

// IgnoreFile is the name of the file in a pack that names what does not belong to it.
const IgnoreFile = ".packignore"

// MaxIgnore is the size in bytes of the largest IgnoreFile.
const MaxIgnore = 64 << 10

// ignore holds the patterns of a .packignore, which are those of a .gitignore. The
// last one that matches decides.
type ignore []ignorePattern

type ignorePattern struct {
	re            *regexp.Regexp
	keep, dirOnly bool
}

// matches reports whether the entry with the given name is ignored; byDefault says
// whether it is when no pattern matches.
func (i ignore) matches(name string, isDir, byDefault bool) bool {
	ignored := byDefault
	for _, p := range i {
		if (isDir || !p.dirOnly) && p.re.MatchString(name) {
			ignored = !p.keep
		}
	}
	return ignored
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
	start := "^(?:.*/)?"
	if strings.Contains(text, "/") {
		start = "^"
	}
	re, err := regexp.Compile(start + globRegexp(strings.TrimPrefix(text, "/")) + "$")
	p.re = re
	return p, err == nil
}

// globRegexp translates the wildcards of a pattern.
func globRegexp(glob string) string {
	var b strings.Builder
	for glob != "" {
		n, re := globToken(glob, b.Len() == 0)
		b.WriteString(re)
		glob = glob[n:]
	}
	return b.String()
}

// globToken translates the beginning of a pattern, of n bytes.
func globToken(glob string, first bool) (n int, re string) {
	switch {
	case first && strings.HasPrefix(glob, "**/"):
		return 3, "(?:.*/)?"
	case strings.HasPrefix(glob, "/**/"):
		return 4, "/(?:.*/)?"
	case glob == "/**":
		return 3, "/.+"
	case glob[0] == '*':
		return len(glob) - len(strings.TrimLeft(glob, "*")), "[^/]*"
	case glob[0] == '?':
		return 1, "[^/]"
	case glob[0] == '[' && len(glob) > 2:
		if end := strings.IndexByte(glob[2:], ']'); end >= 0 {
			return end + 3, globClass(glob[1 : end+2])
		}
	case glob[0] == '\\' && len(glob) > 1:
		return 2, regexp.QuoteMeta(glob[1:2])
	}
	return 1, regexp.QuoteMeta(glob[:1])
}

// globClass translates the inside of a bracket expression.
func globClass(inside string) string {
	negate := ""
	if inside[0] == '!' || inside[0] == '^' {
		negate, inside = "^/", inside[1:]
	}
	return "[" + negate + strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, "^", `\^`).Replace(inside) + "]"
}
