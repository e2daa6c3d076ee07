package json

import (
	"encoding/json"
	"unicode/utf8"
)

// text reads a string and returns it as written, with its quotes.
func (s *scanner) text() ([]byte, error) {
	start := s.at
	s.at++
	for {
		if s.at-start > s.opts.String {
			return nil, s.tooLong(s.at - start)
		}
		switch c := s.peek(); {
		case c == '"':
			s.at++
			return s.data[start:s.at], nil
		case c == '\\':
			if err := s.escape(); err != nil {
				return nil, err
			}
		case c < ' ':
			if s.at >= len(s.data) {
				return nil, s.fail("it ends in a string")
			}
			return nil, s.fail("a string has the control character %q", c)
		case c < utf8.RuneSelf:
			s.at++
		default:
			r, size := utf8.DecodeRune(s.data[s.at:])
			if r == utf8.RuneError && size == 1 {
				return nil, s.fail("it is not UTF-8")
			}
			s.at += size
		}
	}
}

func (s *scanner) tooLong(n int) error {
	return &LimitError{Limit: "length of a JSON string", Max: int64(s.opts.String), Value: int64(n)}
}

// escape reads an escape sequence.
func (s *scanner) escape() error {
	s.at++
	switch s.peek() {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.at++
		return nil
	case 'u':
	default:
		return s.fail("a backslash before %q", s.peek())
	}
	unit, ok := s.unit()
	switch {
	case !ok:
		return s.fail(`want four hexadecimal digits after \u`)
	case unit < 0xd800 || unit > 0xdfff:
		return nil
	case unit < 0xdc00 && s.peek() == '\\':
		s.at++
		if low, ok := s.unit(); ok && low >= 0xdc00 && low <= 0xdfff {
			return nil
		}
	}
	return s.fail("a string has half of a surrogate pair")
}

// unit reads "u" and four hexadecimal digits.
func (s *scanner) unit() (rune, bool) {
	if s.peek() != 'u' || len(s.data)-s.at < 5 {
		return 0, false
	}
	var r rune
	for _, c := range s.data[s.at+1 : s.at+5] {
		d, ok := hexDigit(c)
		if !ok {
			return 0, false
		}
		r = r<<4 | d
	}
	s.at += 5
	return r, true
}

func hexDigit(c byte) (rune, bool) {
	switch {
	case '0' <= c && c <= '9':
		return rune(c - '0'), true
	case 'a' <= c && c <= 'f':
		return rune(c - 'a' + 10), true
	case 'A' <= c && c <= 'F':
		return rune(c - 'A' + 10), true
	}
	return 0, false
}

// unquote decodes a string that was checked.
func unquote(raw []byte) string {
	plain := raw[1 : len(raw)-1]
	for _, c := range plain {
		if c == '\\' {
			var text string
			_ = json.Unmarshal(raw, &text) // it was checked
			return text
		}
	}
	return string(plain)
}
