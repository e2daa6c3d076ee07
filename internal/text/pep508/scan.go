package pep508

import (
	"fmt"
	"regexp"
	"strings"
)

// A scanner walks over one line.
type scanner struct {
	text string
	pos  int
}

func (s *scanner) rest() string { return s.text[s.pos:] }

func (s *scanner) end() bool { return s.pos == len(s.text) }

func (s *scanner) fail(format string, args ...any) error {
	return &SyntaxError{Text: s.text, Offset: s.pos, Err: fmt.Errorf(format, args...)}
}

// space skips blanks and reports whether there were any.
func (s *scanner) space() bool {
	start := s.pos
	s.pos = len(s.text) - len(strings.TrimLeft(s.rest(), " \t"))
	return s.pos > start
}

// take skips prefix, if it comes next.
func (s *scanner) take(prefix string) bool {
	if !strings.HasPrefix(s.rest(), prefix) {
		return false
	}
	s.pos += len(prefix)
	return true
}

// match takes what pattern, which is anchored, finds next; "" for nothing.
func (s *scanner) match(pattern *regexp.Regexp) string {
	found := pattern.FindString(s.rest())
	s.pos += len(found)
	return found
}
