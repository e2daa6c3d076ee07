package pack

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// A codeError is a failure with a stable code. errors.Is finds the sentinel of its
// code and whatever it wraps.
type codeError struct {
	code Code
	err  error // what happened, never nil
}

// Errorf returns an error with the given code and the message that
// [fmt.Errorf] makes of format and args; %w wraps a cause.
func Errorf(code Code, format string, args ...any) error {
	return &codeError{code: code, err: fmt.Errorf(format, args...)}
}

// Error returns the message of the wrapped error.
func (e *codeError) Error() string { return e.err.Error() }

// Unwrap returns the wrapped error and the sentinel of the code.
func (e *codeError) Unwrap() []error { return withSentinel(e.code, e.err) }

// ErrorCode implements [Coder].
func (e *codeError) ErrorCode() Code { return e.code }

// A LimitError says which limit was exceeded, and by how much. It matches
// [ErrLimit].
type LimitError struct {
	Limit string // what is limited, such as "unpacked size"
	Max   int64  // the limit
	Value int64  // what was found; the first value above Max when the rest was not read
	Path  string // where, "" when it concerns the whole
}

// Error names the limit, its maximum and the actual value.
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

// An UnavailableError says that another system could not be reached or did not
// return what was requested. It matches [ErrUnavailable].
type UnavailableError struct {
	Code Code // CodeUnavailable, CodeUnauthorized or CodeGit; "" means CodeUnavailable
	// Target is the system that was asked, without credentials.
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

// A Code is the stable name of a kind of failure, in events, reports and HTTP
// bodies. [CodeOf] finds the code of an error.
type Code string

// The codes, with the sentinel that errors.Is finds in an error of that code.
const (
	CodeUnsafePath     Code = "unsafe_path"     // ErrUnsafe: a name that would leave the tree, or that systems read differently
	CodeForbiddenEntry Code = "forbidden_entry" // ErrUnsafe: a link, device, pipe, submodule
	CodeNameCollision  Code = "name_collision"  // ErrUnsafe: two entries that are one on some system

	CodeLimitExceeded Code = "limit_exceeded" // ErrLimit, see LimitError

	CodeMalformedContent Code = "malformed_content" // ErrMalformed: broken or ambiguous archive, index, ...

	CodeChecksumMismatch Code = "checksum_mismatch" // ErrIntegrity, see integrityError
	CodeContentChanged   Code = "content_changed"   // ErrIntegrity: content is not what was pinned

	CodeInvalidManifest Code = "invalid_manifest" // ErrInvalid: pack.yaml or a component
	CodeInvalidRef      Code = "invalid_ref"      // ErrInvalid
	CodeInvalidVersion  Code = "invalid_version"  // ErrInvalid
	CodeInvalidSchema   Code = "invalid_schema"   // ErrInvalid
	CodeInvalidRequest  Code = "invalid_request"  // ErrInvalid: the caller's request, not a pack

	CodeDependencyMissing  Code = "dependency_missing"  // ErrDependency
	CodeDependencyConflict Code = "dependency_conflict" // ErrDependency, see PlatformError
	CodeDependencyCycle    Code = "dependency_cycle"    // ErrDependency

	CodePolicyDenied Code = "policy_denied" // ErrPolicy

	CodeNotFound Code = "not_found" // ErrNotFound

	CodeUnavailable  Code = "unavailable"           // ErrUnavailable, see UnavailableError
	CodeUnauthorized Code = "unauthorized_upstream" // ErrUnavailable
	CodeGit          Code = "git_error"             // ErrUnavailable

	CodeBuildFailed Code = "build_failed" // ErrBuild
	CodeTestsFailed Code = "tests_failed" // ErrTests

	CodeBusy             Code = "busy"              // ErrBusy
	CodeConflict         Code = "conflict"          // ErrConflict
	CodeAlreadyInstalled Code = "already_installed" // ErrConflict

	CodeStoreCorrupt Code = "store_corrupt" // ErrStore
	CodeIO           Code = "io_error"      // ErrStore

	CodeCancelled Code = "cancelled" // context.Canceled
	CodeTimeout   Code = "timeout"   // context.DeadlineExceeded
)

// Sentinel errors: the classes of failure. Every error of this module that
// stems from bad input or a failing world matches one of them, or a context
// error, with errors.Is.
var (
	ErrUnsafe      = errors.New("unsafe content")
	ErrLimit       = errors.New("limit exceeded")
	ErrMalformed   = errors.New("malformed content")
	ErrIntegrity   = errors.New("content is not what was expected")
	ErrInvalid     = errors.New("invalid")
	ErrDependency  = errors.New("dependencies cannot be satisfied")
	ErrPolicy      = errors.New("denied by policy")
	ErrNotFound    = errors.New("not found")
	ErrUnavailable = errors.New("unavailable")
	ErrBuild       = errors.New("build failed")
	ErrTests       = errors.New("tests failed")
	ErrBusy        = errors.New("busy")
	ErrConflict    = errors.New("conflict")
	ErrStore       = errors.New("store failed")
)

// Sentinel returns the sentinel error that errors of code c match, nil for a
// code that is not one of this package.
func (c Code) Sentinel() error {
	switch c {
	case CodeUnsafePath, CodeForbiddenEntry, CodeNameCollision:
		return ErrUnsafe
	case CodeLimitExceeded:
		return ErrLimit
	case CodeMalformedContent:
		return ErrMalformed
	case CodeChecksumMismatch, CodeContentChanged:
		return ErrIntegrity
	case CodeInvalidManifest, CodeInvalidRef, CodeInvalidVersion, CodeInvalidSchema, CodeInvalidRequest:
		return ErrInvalid
	case CodeDependencyMissing, CodeDependencyConflict, CodeDependencyCycle:
		return ErrDependency
	case CodePolicyDenied:
		return ErrPolicy
	case CodeNotFound:
		return ErrNotFound
	case CodeUnavailable, CodeUnauthorized, CodeGit:
		return ErrUnavailable
	case CodeBuildFailed:
		return ErrBuild
	case CodeTestsFailed:
		return ErrTests
	case CodeBusy:
		return ErrBusy
	case CodeConflict, CodeAlreadyInstalled:
		return ErrConflict
	case CodeStoreCorrupt, CodeIO:
		return ErrStore
	case CodeCancelled:
		return context.Canceled
	case CodeTimeout:
		return context.DeadlineExceeded
	}
	return nil
}

// CodeOf returns the code of err: the code of the outermost error in its tree
// that has one; else the code for a context or file system error; else "". A
// [*BatchError] has the code of its first item.
func CodeOf(err error) Code {
	if c, ok := errors.AsType[Coder](err); ok {
		return c.ErrorCode()
	}
	switch {
	case err == nil:
		return ""
	case errors.Is(err, context.Canceled):
		return CodeCancelled
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return CodeTimeout
	}
	if _, ok := errors.AsType[*fs.PathError](err); ok {
		return CodeIO
	}
	if _, ok := errors.AsType[*os.LinkError](err); ok {
		return CodeIO
	}
	return ""
}

// A Coder is an error that carries a [Code]. The errors of this module are
// Coders; the errors of a host's own source may be Coders too.
type Coder interface {
	error
	ErrorCode() Code
}
