package pack

import (
	"errors"
	"fmt"
)

// An Error is a failure with a stable code. errors.Is finds the sentinel of its
// code and whatever it wraps.
type Error struct {
	Code Code
	Err  error // what happened, never nil
}

// Errorf returns an [*Error] with the given code and the message that
// [fmt.Errorf] makes of format and args; %w wraps a cause.
func Errorf(code Code, format string, args ...any) error {
	return &Error{Code: code, Err: fmt.Errorf(format, args...)}
}

// Error returns the message of the wrapped error.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the wrapped error and the sentinel of the code.
func (e *Error) Unwrap() []error { return withSentinel(e.Code, e.Err) }

// ErrorCode implements [Coder].
func (e *Error) ErrorCode() Code { return e.Code }

// A LimitError says which limit was passed, and by how much. It matches
// [ErrLimit].
type LimitError struct {
	Limit string // what is limited, such as "unpacked size"
	Max   int64  // the limit
	Value int64  // what was found; the first value above Max when the rest was not read
	Path  string // where, "" when it concerns the whole
}

// Error names the limit, its value and what was found.
func (e *LimitError) Error() string {
	s := fmt.Sprintf("%s is %d, at most %d allowed", e.Limit, e.Value, e.Max)
	if e.Path != "" {
		s = fmt.Sprintf("%q: %s", e.Path, s)
	}
	return s
}

// Unwrap returns [ErrLimit].
func (e *LimitError) Unwrap() error { return ErrLimit }

// ErrorCode implements [Coder].
func (e *LimitError) ErrorCode() Code { return CodeLimitExceeded }

// An IntegrityError says that content does not have the digest it should have.
// It matches [ErrIntegrity].
type IntegrityError struct {
	Subject   Subject
	Want, Got Digest
}

// Error names the subject and both digests.
func (e *IntegrityError) Error() string {
	return fmt.Sprintf("%s checksum is %s, want %s", e.Subject, orNone(e.Got), orNone(e.Want))
}

func orNone(d Digest) Digest {
	if d == "" {
		return "(none)"
	}
	return d
}

// Unwrap returns [ErrIntegrity].
func (e *IntegrityError) Unwrap() error { return ErrIntegrity }

// ErrorCode implements [Coder].
func (e *IntegrityError) ErrorCode() Code { return CodeChecksumMismatch }

// An UnavailableError says that another system did not deliver. It matches
// [ErrUnavailable].
type UnavailableError struct {
	Code Code // CodeUnavailable, CodeUnauthorized or CodeGit; "" means CodeUnavailable
	// Target is what was asked, without credentials.
	Target string
	// Status is the HTTP status when there was one, else 0.
	Status int
	// Temporary says that the same request may succeed later.
	Temporary bool
	Err       error
}

// Error names the target and the cause.
func (e *UnavailableError) Error() string { return fmt.Sprintf("%s: %v", e.Target, e.Err) }

// Unwrap returns the cause and [ErrUnavailable].
func (e *UnavailableError) Unwrap() []error { return withSentinel(e.ErrorCode(), e.Err) }

// ErrorCode implements [Coder].
func (e *UnavailableError) ErrorCode() Code {
	if e.Code == "" {
		return CodeUnavailable
	}
	return e.Code
}

// Retryable reports whether the same call may succeed later without any
// change: another system was unavailable for a while, or something was busy.
func Retryable(err error) bool {
	if u, ok := errors.AsType[*UnavailableError](err); ok {
		return u.Temporary
	}
	return errors.Is(err, ErrBusy)
}

func withSentinel(code Code, err error) []error {
	if s := code.Sentinel(); s != nil {
		return []error{err, s}
	}
	return []error{err}
}
