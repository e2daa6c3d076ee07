package npm

import (
	"errors"
	"fmt"

	"github.com/packtrain/pack/internal/text/json"
)

// A Kind is a kind of fault in a file.
type Kind string

// The kinds of errors.
const (
	Invalid Kind = "invalid" // not JSON with a single reading, or values of the wrong types
	Refused Kind = "refused" // asks for packages that are never installed
	Limit   Kind = "limit"   // exceeds a limit
)

// An Error says why a file is not accepted. Callers give it a code.
type Error struct {
	Kind Kind
	File string // "package.json" or "package-lock.json"
	Line int    // counted from 1; 0 when unknown
	// Reason describes the fault, unless the kind is Limit.
	Reason string
	// Limit, Max and Value say which limit is exceeded, for the kind Limit.
	Limit      string
	Max, Value int64
}

// Error names the file, the line if known, and the reason.
func (e *Error) Error() string { return e.File + ": " + e.Detail() }

// Detail returns the message without the name of the file.
func (e *Error) Detail() string {
	switch {
	case e.Kind == Limit:
		return fmt.Sprintf("%s is %d, at most %d allowed", e.Limit, e.Value, e.Max)
	case e.Line > 0:
		return fmt.Sprintf("line %d: %s", e.Line, e.Reason)
	}
	return e.Reason
}

func invalid(file, format string, args ...any) error {
	return &Error{Kind: Invalid, File: file, Reason: fmt.Sprintf(format, args...)}
}

func refused(file, format string, args ...any) error {
	return &Error{Kind: Refused, File: file, Reason: fmt.Sprintf(format, args...)}
}

func tooMuch(file, limit string, most, value int64) error {
	return &Error{Kind: Limit, File: file, Limit: limit, Max: most, Value: value}
}

// fromJSON returns the error of a file that is not JSON with a single reading.
func fromJSON(file string, err error) error {
	if limit, ok := errors.AsType[*json.LimitError](err); ok {
		return tooMuch(file, limit.Limit, limit.Max, limit.Value)
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return &Error{Kind: Invalid, File: file, Line: syntax.Line, Reason: syntax.Reason}
	}
	return invalid(file, "%v", err)
}
