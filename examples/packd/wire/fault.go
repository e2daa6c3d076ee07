package wire

import (
	"errors"

	"github.com/packtrain/pack"
)

// A Fault is why an item failed: its error on the wire.
type Fault struct {
	Message string    `json:"error"`
	Code    pack.Code `json:"code,omitempty"` // "" where none fits
	// Retryable: the same request may succeed later without any change.
	Retryable bool `json:"retryable,omitempty"`
}

// newFault returns the fault of a failure of the library.
func newFault(f pack.Failure) Fault {
	return Fault{Message: f.Message, Code: f.Code, Retryable: pack.Retryable(&f)}
}

// failure returns the failure of an item. Its position in the request is not on the
// wire.
func (f Fault) failure(spec string, ref pack.Ref, stage pack.Stage) pack.Failure {
	err := NewError(f.Code, f.Retryable, f.Message)
	return pack.Failure{Spec: spec, Ref: ref, Stage: stage, Code: f.Code, Message: f.Message, Err: err}
}

// NewError returns an error that came over the wire, with the given message.
// errors.Is finds the sentinel of the code; [pack.CodeOf] and [pack.Retryable]
// answer as for the error that was sent.
func NewError(code pack.Code, retryable bool, message string) error {
	e := received{message: message, causes: Causes(code, retryable)}
	if code == "" {
		return &e
	}
	return &coded{e, code}
}

// Causes returns what an error that came over the wire wraps: the sentinel of its
// code, and what makes it retryable or not.
func Causes(code pack.Code, retryable bool) []error {
	sentinel := code.Sentinel()
	var causes []error
	switch {
	case errors.Is(sentinel, pack.ErrUnavailable):
		return append(causes, &pack.UnavailableError{Code: code, Target: "server", Temporary: retryable, Err: sentinel})
	case retryable && code == "": // an UnavailableError would have a code
		return append(causes, pack.ErrBusy)
	}
	if sentinel != nil {
		causes = append(causes, sentinel)
	}
	if retryable && !errors.Is(sentinel, pack.ErrBusy) {
		causes = append(causes, &pack.UnavailableError{Target: "server", Temporary: true, Err: pack.ErrUnavailable})
	}
	return causes
}

// A received error was sent without a code.
type received struct {
	message string
	causes  []error
}

// Error returns the message.
func (e *received) Error() string { return e.message }

// Unwrap returns the causes.
func (e *received) Unwrap() []error { return e.causes }

// A coded error was sent with a code.
type coded struct {
	received
	code pack.Code
}

// ErrorCode implements [pack.Coder].
func (e *coded) ErrorCode() pack.Code { return e.code }
