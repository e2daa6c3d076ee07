package json

import (
	"bytes"
	"fmt"

	"github.com/packtrain/pack"
)

// Limits bound a document; zero means the default.
type Limits struct {
	Depth  int // of nested objects and arrays: 32
	String int // bytes of one string as written: 1 MiB
}

const (
	defaultDepth  = 32
	defaultString = 1 << 20
)

// A SyntaxError says where text is not the JSON that is wanted. It has
// [pack.CodeMalformedContent].
type SyntaxError struct {
	Line   int // counted from 1
	Reason string
}

// Error names the line and the reason.
func (e *SyntaxError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Reason) }

// Unwrap returns [pack.ErrMalformed].
func (e *SyntaxError) Unwrap() error { return pack.ErrMalformed }

// ErrorCode implements [pack.Coder].
func (e *SyntaxError) ErrorCode() pack.Code { return pack.CodeMalformedContent }

// Parse checks data, a whole document, and returns its value. The value refers
// to data, which must not be changed any more. Errors are of type [*SyntaxError]
// or [*pack.LimitError].
func Parse(data []byte, limits Limits) (Value, error) {
	if limits.Depth == 0 {
		limits.Depth = defaultDepth
	}
	if limits.String == 0 {
		limits.String = defaultString
	}
	s := &scanner{data: data, limits: limits}
	if bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) {
		return Value{}, s.fail("it begins with a byte order mark")
	}
	s.space()
	start := s.at
	if err := s.value(); err != nil {
		return Value{}, err
	}
	end := s.at
	if s.space(); s.at < len(data) {
		return Value{}, s.fail("there is something behind the end")
	}
	return Value{data[start:end]}, nil
}

func (s *scanner) fail(format string, args ...any) error {
	line := 1 + bytes.Count(s.data[:min(s.at, len(s.data))], []byte{'\n'})
	return &SyntaxError{Line: line, Reason: fmt.Sprintf(format, args...)}
}
