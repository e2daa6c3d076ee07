package write

import (
	"path"
	"strings"
	"unicode"

	"github.com/packtrain/pack/internal/archive/names"
)

// Loose returns a path that two names share when some system or program may take
// them for one place. It takes any name, and cleans it.
func Loose(name string) string {
	components := strings.Split(strings.Map(looseRune, name), "/")
	for i, c := range components {
		if c != ".." {
			c, _, _ = strings.Cut(c, ":")
			components[i] = strings.TrimRight(c, ". ")
		}
	}
	return names.Fold(strings.TrimPrefix(path.Clean("/"+strings.Join(components, "/")), "/"))
}

// looseRune drops characters that some systems ignore.
func looseRune(r rune) rune {
	switch {
	case r == '\\':
		return '/'
	case !unicode.IsGraphic(r), r == unicode.ReplacementChar:
		return -1
	}
	return r
}
