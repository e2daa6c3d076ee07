package source

import (
	"fmt"

	"github.com/packtrain/pack"
)

// A ParseError explains why a spec is invalid.
type ParseError struct {
	// Spec as typed, without credentials and shortened.
	Spec string
	// Offset is the place of the error, in bytes of the spec as typed.
	Offset int
	// Reason describes the error and suggests a correction.
	Reason string
	// Code is [pack.CodePolicyDenied] for forms that are never allowed (transports
	// such as ssh or file, credentials in a URL, control characters, text that
	// another program could take for an option), [pack.CodeUnsafePath] for a
	// subdir that leads elsewhere; "" means [pack.CodeInvalidRequest].
	Code pack.Code
}

// Error returns the spec, the reason and the place.
func (e *ParseError) Error() string {
	return fmt.Sprintf("parse spec %q: %s (at byte %d)", e.Spec, e.Reason, e.Offset)
}

// Unwrap returns the sentinel error of the code, [pack.ErrInvalid] mostly.
func (e *ParseError) Unwrap() error { return e.ErrorCode().Sentinel() }

// ErrorCode implements [pack.Coder].
func (e *ParseError) ErrorCode() pack.Code {
	if e.Code == "" {
		return pack.CodeInvalidRequest
	}
	return e.Code
}
