package dotenv

import (
	"fmt"
	"strings"

	"github.com/packtrain/pack"
)

// What [Decode] takes at most. More is a [*pack.LimitError].
const (
	MaxSize      = 1 << 20 // bytes of a document
	MaxVariables = 256
)

// A SyntaxError says where a document is not in the format. Its code is
// [pack.CodeMalformedContent].
type SyntaxError struct {
	Line   int // from 1; of a value over several lines, where it begins
	Reason string
}

// Error names the line and the reason, and never a value.
func (e *SyntaxError) Error() string { return fmt.Sprintf("dotenv line %d: %s", e.Line, e.Reason) }

// Unwrap returns [pack.ErrMalformed].
func (e *SyntaxError) Unwrap() error { return pack.ErrMalformed }

// ErrorCode implements [pack.Coder].
func (e *SyntaxError) ErrorCode() pack.Code { return pack.CodeMalformedContent }

// Decode reads a document. Whatever is not in the format is a [*SyntaxError]: a
// name that occurs twice and a NUL byte, too. Values are bytes as they were
// written, UTF-8 or not.
func Decode(data []byte) (map[string]string, error) {
	if len(data) > MaxSize {
		return nil, &pack.LimitError{Limit: "size of the dotenv document", Max: MaxSize, Value: int64(len(data))}
	}
	d := &decoder{rest: string(data), line: 1, vars: map[string]string{}}
	for d.rest != "" {
		if err := d.next(); err != nil {
			return nil, err
		}
	}
	return d.vars, nil
}

type decoder struct {
	rest string
	line int // of the beginning of rest
	vars map[string]string
}

// next reads a comment, an empty line or a variable.
func (d *decoder) next() error {
	line, after, _ := strings.Cut(d.rest, "\n")
	if line == "" || line[0] == '#' {
		d.rest, d.line = after, d.line+1
		return nil
	}
	name, quoted, ok := strings.Cut(d.rest, "='")
	if !ok || !isName(name) {
		return d.errorf("want name='value', a comment or nothing")
	}
	if _, twice := d.vars[name]; twice {
		return d.errorf("duplicate name %s", name)
	}
	if len(d.vars) == MaxVariables {
		return &pack.LimitError{Limit: "number of variables", Max: MaxVariables, Value: MaxVariables + 1}
	}
	value, rest, err := d.value(quoted)
	if err != nil {
		return err
	}
	d.vars[name] = value
	d.line += strings.Count(d.rest[:len(d.rest)-len(rest)], "\n")
	d.rest = rest
	return nil
}

// value reads from after the opening quote to the end of the line with the last
// closing quote.
func (d *decoder) value(s string) (value, rest string, err error) {
	var b strings.Builder
	for {
		part, after, closed := strings.Cut(s, "'")
		if !closed {
			return "", "", d.errorf("the quote is never closed")
		}
		b.WriteString(part)
		if s, closed = strings.CutPrefix(after, `\''`); closed {
			b.WriteByte('\'')
			continue
		}
		if s != "" && s[0] != '\n' {
			return "", "", d.errorf("unexpected text after the closing quote")
		}
		if strings.IndexByte(b.String(), 0) >= 0 {
			return "", "", d.errorf("the value has a NUL byte")
		}
		return b.String(), strings.TrimPrefix(s, "\n"), nil
	}
}

func (d *decoder) errorf(format string, args ...any) error {
	return &SyntaxError{Line: d.line, Reason: fmt.Sprintf(format, args...)}
}
