package json

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"

	"github.com/packtrain/pack/internal/text/plain"
)

// Options say how a document is read. The zero value is the strictest.
type Options struct {
	Depth  int // limit on nested objects and arrays; zero means 32
	String int // limit on the bytes of one string as written; zero means 1 MiB
	List   int // limit on the elements of the list of [ParseList]; zero means none
	// ExactKeys allows keys of one object that differ only in case, for formats
	// where such keys are distinct names.
	ExactKeys bool
}

const (
	defaultDepth  = 32
	defaultString = 1 << 20
)

// A SyntaxError says where text is not JSON with a single reading.
type SyntaxError struct {
	Line   int // counted from 1
	Reason string
}

// Error names the line and the reason.
func (e *SyntaxError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Reason) }

// A LimitError says which limit a document exceeds.
type LimitError struct {
	Limit string // what is limited, such as "depth of JSON"
	Max   int64  // the limit
	Value int64  // the first value above Max; the rest is not read
}

// Error names the limit and both values.
func (e *LimitError) Error() string {
	return fmt.Sprintf("%s is %d, at most %d allowed", e.Limit, e.Value, e.Max)
}

// Parse checks data, a whole document with or without a byte order mark, and returns
// its value. The value refers to data, which must not be changed any more. Errors are of
// type [*SyntaxError] or [*LimitError].
func Parse(data []byte, opts Options) (Value, error) {
	s, err := newScanner(data, opts)
	if err != nil {
		return Value{}, err
	}
	return s.document()
}

func newScanner(data []byte, opts Options) (*scanner, error) {
	data, err := plain.UTF8(data)
	if e, ok := errors.AsType[*plain.Error](err); ok {
		return nil, &SyntaxError{Line: e.Line, Reason: e.Reason}
	}
	return &scanner{data: data, opts: opts.withDefaults()}, nil
}

func (o Options) withDefaults() Options {
	o.Depth, o.String = cmp.Or(o.Depth, defaultDepth), cmp.Or(o.String, defaultString)
	return o
}

// document reads the one value of a document.
func (s *scanner) document() (Value, error) {
	s.space()
	s.start = s.at
	if err := s.value(); err != nil {
		return Value{}, err
	}
	s.end = s.at
	if s.space(); s.at < len(s.data) {
		return Value{}, s.fail("unexpected data after the end")
	}
	return Value{s.data[s.start:s.end]}, nil
}

func (s *scanner) fail(format string, args ...any) error {
	line := 1 + bytes.Count(s.data[:min(s.at, len(s.data))], []byte{'\n'})
	return &SyntaxError{Line: line, Reason: fmt.Sprintf(format, args...)}
}
