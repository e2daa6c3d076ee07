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
	Cause
	// Platform: the pack does not suit the version of the platform; else nil.
	Platform *PlatformVersion `json:"platform_version,omitempty"`
	// Findings are all for which the pack is invalid, where that is the cause.
	Findings []pack.Finding `json:"findings,omitempty"`
}

// A PlatformVersion says which version of the platform a pack asks for, and which one
// this is.
type PlatformVersion struct {
	Required pack.Constraint `json:"required"`
	Actual   pack.Version    `json:"actual"`
}

// newPlatformVersion returns what err says of the platform; nil for nothing, and for the
// failure of a pack that only needs another one which failed because of it.
func newPlatformVersion(err error) *PlatformVersion {
	e, ok := errors.AsType[*pack.PlatformError](err)
	if !ok || pack.CodeOf(err) == pack.CodeDependencyMissing {
		return nil
	}
	return &PlatformVersion{Required: e.Required, Actual: e.Actual}
}

// causes returns what an error that came over the wire wraps because of it, which may
// be nil.
func (p *PlatformVersion) causes() []error {
	if p == nil {
		return nil
	}
	cause := pack.PlatformError(*p)
	return []error{&cause}
}

// newFault returns the fault of a failure of the library.
func newFault(f pack.Failure) Fault {
	return Fault{
		Message: f.Message, Code: f.Code, Retryable: pack.Retryable(&f), Cause: CauseOf(&f), Platform: newPlatformVersion(&f), Findings: f.Findings(),
	}
}

// failure returns the failure of an item. Its position in the request is not on the
// wire.
func (f Fault) failure(spec string, ref pack.Ref, stage pack.Stage) pack.Failure {
	causes := append(f.Cause.causes(f.Message), f.Platform.causes()...)
	if invalid := pack.Findings(f.Findings).Err(); invalid != nil {
		causes = append(causes, invalid)
	}
	err := newError(f.Code, f.Retryable, f.Message, causes)
	return pack.Failure{Spec: spec, Ref: ref, Stage: stage, Code: f.Code, Message: f.Message, Err: err}
}

// NewError returns an error that came over the wire, with the given message.
// errors.Is finds the sentinel of the code; [pack.CodeOf], [pack.Retryable] and
// [CauseOf] answer as for the error that was sent.
func NewError(code pack.Code, retryable bool, message string, cause Cause) error {
	return newError(code, retryable, message, cause.causes(message))
}

// newError returns an error that wraps more causes.
func newError(code pack.Code, retryable bool, message string, more []error) error {
	e := received{message: message, causes: append(Causes(code, retryable, Cause{}), more...)}
	if code == "" {
		return &e
	}
	return &coded{e, code}
}

// Causes returns what an error that came over the wire wraps: the sentinel of its
// code, what makes it retryable or not, and its cause.
func Causes(code pack.Code, retryable bool, cause Cause) []error {
	return append(codeCauses(code, retryable), cause.causes("")...)
}

func codeCauses(code pack.Code, retryable bool) []error {
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
