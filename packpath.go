package pack

import (
	"errors"
	"path"
	"strings"
	"unicode"
)

// path returns the path with the given key, relative to the pack.
func (s *section) path(key string) string { return s.pathIn(key, ".") }

// pathIn returns the path with the given key, written relative to the directory
// dir of the pack, made relative to the pack. A path that leads out of the pack
// is reported.
func (s *section) pathIn(key, dir string) string {
	text := s.str(key)
	if text == "" {
		return ""
	}
	p, err := resolvePath(dir, text)
	if err != nil {
		s.report(s.codes.unsafePath, s.line(key), "%s %.128q: %w", key, text, err)
	}
	return p
}

// resolvePath joins text to the directory dir of a pack.
func resolvePath(dir, text string) (string, error) {
	switch {
	case strings.ContainsFunc(text, unicode.IsControl):
		return "", errors.New("the path has a control character")
	case strings.ContainsAny(text, "\\;|&$`<>*?\"'"):
		return "", errors.New("the path has a character that shells or other systems take for something else")
	case path.IsAbs(text), len(text) > 1 && text[1] == ':':
		return "", errors.New("the path is absolute; write it relative to the pack")
	}
	p := path.Join(dir, text)
	if p == ".." || strings.HasPrefix(p, "../") {
		return "", errors.New("the path leads out of the pack")
	}
	return p, nil
}
