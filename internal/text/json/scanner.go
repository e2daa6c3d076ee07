package json

import (
	"bytes"
	"strconv"
)

// A scanner walks over a document once and checks it.
type scanner struct {
	data  []byte
	at    int
	depth int
	opts  Options

	start, end int // of the value

	list               string // key of the list whose objects are not checked, see ParseList
	listed             []Raw
	listStart, listEnd int
}

// peek returns the byte at the scanner's place, 0 at the end: a NUL is never
// valid outside of a string.
func (s *scanner) peek() byte {
	if s.at < len(s.data) {
		return s.data[s.at]
	}
	return 0
}

func (s *scanner) space() {
	for s.at < len(s.data) {
		switch s.data[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

func (s *scanner) value() error {
	switch c := s.peek(); {
	case c == '{':
		return s.nested(s.members)
	case c == '[':
		return s.nested(s.elements)
	case c == '"':
		_, err := s.text()
		return err
	case c == '-' || '0' <= c && c <= '9':
		return s.number()
	case c == 't':
		return s.word("true")
	case c == 'f':
		return s.word("false")
	case c == 'n':
		return s.word("null")
	case s.at >= len(s.data):
		return s.fail("it ends too early")
	default:
		return s.fail("a value cannot begin with %q", c)
	}
}

func (s *scanner) word(want string) error {
	if !bytes.HasPrefix(s.data[s.at:], []byte(want)) {
		return s.fail("%q is not a value", s.data[s.at:min(s.at+len(want), len(s.data))])
	}
	s.at += len(want)
	return nil
}

// nested reads an object or array with the function for its items.
func (s *scanner) nested(inside func() error) error {
	if s.depth++; s.depth > s.opts.Depth {
		return s.tooDeep(s.depth)
	}
	closing := s.peek() + 2 // '{' and '}', '[' and ']' are two apart
	s.at++
	if s.space(); s.peek() != closing {
		if err := inside(); err != nil {
			return err
		}
	}
	if s.peek() != closing {
		return s.fail("want %q or %q", ',', closing)
	}
	s.at++
	s.depth--
	return nil
}

func (s *scanner) tooDeep(depth int) error {
	return &LimitError{Limit: "depth of JSON", Max: int64(s.opts.Depth), Value: int64(depth)}
}

func (s *scanner) elements() error { return s.each(s.value) }

// each reads the items of an object or array, and the commas between them.
func (s *scanner) each(item func() error) error {
	for {
		if err := item(); err != nil {
			return err
		}
		if s.space(); s.peek() != ',' {
			return nil
		}
		s.at++
		s.space()
	}
}

func (s *scanner) members() error {
	var keys keySet
	return s.each(func() error {
		key, err := s.key(&keys)
		if err != nil {
			return err
		}
		if s.depth == 1 && s.list != "" && s.peek() == '[' && unquote(key) == s.list {
			return s.rawList()
		}
		return s.value()
	})
}

// key reads a key, which it returns with its quotes, and the colon after it.
func (s *scanner) key(keys *keySet) ([]byte, error) {
	raw, err := s.quoted()
	if err == nil && !keys.add(s.identity(raw)) {
		err = s.fail("key %.80q comes twice%s", unquote(raw), s.perhaps())
	}
	return raw, err
}

// quoted reads a key, which may be there already, and the colon after it.
func (s *scanner) quoted() ([]byte, error) {
	if s.peek() != '"' {
		return nil, s.fail("want a key in quotes")
	}
	raw, err := s.text()
	if err != nil {
		return nil, err
	}
	if s.space(); s.peek() != ':' {
		return nil, s.fail("want %q after a key", ':')
	}
	s.at++
	s.space()
	return raw, nil
}

// identity returns a text that is equal for keys that count as equal.
func (s *scanner) identity(raw []byte) []byte {
	if s.opts.ExactKeys {
		return []byte(unquote(raw))
	}
	return fold(raw)
}

func (s *scanner) perhaps() string {
	if s.opts.ExactKeys {
		return ""
	}
	return ", perhaps in another case"
}

// number reads a number as RFC 8259 has it.
func (s *scanner) number() error {
	start := s.at
	if s.peek() == '-' {
		s.at++
	}
	if s.peek() == '0' {
		s.at++
	} else if !s.digits() {
		return s.fail("a number needs digits")
	}
	if s.peek() == '.' {
		if s.at++; !s.digits() {
			return s.fail("a number needs digits after its decimal point")
		}
	}
	if c := s.peek(); c == 'e' || c == 'E' {
		if s.at++; s.peek() == '+' || s.peek() == '-' {
			s.at++
		}
		if !s.digits() {
			return s.fail("a number needs digits in its exponent")
		}
	}
	if _, err := strconv.ParseFloat(string(s.data[start:s.at]), 64); err != nil {
		return s.fail("number %.40q is out of range", s.data[start:s.at])
	}
	return nil
}

func (s *scanner) digits() bool {
	start := s.at
	for c := s.peek(); '0' <= c && c <= '9'; c = s.peek() {
		s.at++
	}
	return s.at > start
}
