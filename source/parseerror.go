package source

import (
	"fmt"
	"strings"

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
	// Instead is the spec that was probably meant; it parses. "" means that none is
	// known.
	Instead string
	// Code is [pack.CodePolicyDenied] for forms that are never allowed (transports
	// such as ssh or file, credentials in a URL, control characters, text that
	// another program could take for an option), [pack.CodeUnsafePath] for a
	// subdir that leads elsewhere; "" means [pack.CodeInvalidRequest].
	Code pack.Code
}

// Error returns the reason and what to write instead, else the place. It does not
// repeat the spec, which callers know.
func (e *ParseError) Error() string {
	switch {
	case e.Instead != "":
		return fmt.Sprintf("invalid spec: %s; write %q instead", e.Reason, e.Instead)
	case e.Offset > 0 && !strings.Contains(e.Reason, "at byte "):
		return fmt.Sprintf("invalid spec: %s (at byte %d)", e.Reason, e.Offset)
	}
	return "invalid spec: " + e.Reason
}

// advise adds what to write instead, if that is known, in place of general advice.
func (e *ParseError) advise(spec string) {
	if e.Instead = spec; spec != "" {
		e.Reason, _, _ = strings.Cut(e.Reason, "; write ")
	}
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
