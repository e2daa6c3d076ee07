package pack

import (
	"fmt"
	"strings"
)

// A Failure says what went wrong with one item of a batch. Reports of all stages
// hold failures, and so does the [*BatchError] that comes with them; as an error
// a Failure matches its cause.
type Failure struct {
	// Item is the position in the request, from 0. Spec is the input as given: a
	// spec without its credentials, or a path.
	Item int
	Spec string
	// Ref of the pack, "" while it is not known.
	Ref Ref
	// Stage in which the item failed.
	Stage Stage
	// Code is what [CodeOf] says of Err, Message its text.
	Code    Code
	Message string
	// Err is the cause. A client that got the failure over a wire makes it from
	// Code and Message, so errors.Is and [Retryable] hold there too.
	Err error
}

// NewFailure returns the failure of one item because of err, which is not nil.
func NewFailure(item int, spec string, ref Ref, stage Stage, err error) Failure {
	return Failure{Item: item, Spec: spec, Ref: ref, Stage: stage, Code: CodeOf(err), Message: err.Error(), Err: err}
}

// Error names the item, the stage and the cause.
func (f *Failure) Error() string {
	if f.Stage == "" {
		return fmt.Sprintf("%s: %s", f.Spec, f.Message)
	}
	return fmt.Sprintf("%s: %s: %s", f.Spec, f.Stage, f.Message)
}

// Unwrap returns Err, or the sentinel of Code where Err is nil.
func (f *Failure) Unwrap() error {
	if f.Err != nil {
		return f.Err
	}
	return f.Code.Sentinel()
}

// ErrorCode implements [Coder].
func (f *Failure) ErrorCode() Code { return f.Code }

// A Warning is something worth knowing about one pack that does not stop it.
type Warning struct {
	// Spec is the input as given, as in [Failure]; Ref of the pack, "" while it is
	// not known.
	Spec  string
	Ref   Ref
	Stage Stage
	// Code is the code of a finding, "" for a warning that is not about a finding.
	Code    string
	Message string
}

// A BatchError says which items of a batch failed; the report that comes with it
// tells the outcome of all. errors.Is and errors.As look into every item.
type BatchError struct {
	Failures []Failure // in the order of the report, never empty
}

// NewBatchError returns a [*BatchError] with the failures, or nil when there are
// none.
func NewBatchError(failures []Failure) error {
	if len(failures) == 0 {
		return nil
	}
	return &BatchError{Failures: failures}
}

// Error lists the failed items.
func (e *BatchError) Error() string {
	if len(e.Failures) == 1 {
		return e.Failures[0].Error()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d packs failed:", len(e.Failures))
	for i := range e.Failures {
		fmt.Fprintf(&b, "\n- %s", e.Failures[i].Error())
	}
	return b.String()
}

// Unwrap returns the failures.
func (e *BatchError) Unwrap() []error {
	errs := make([]error, len(e.Failures))
	for i := range e.Failures {
		errs[i] = &e.Failures[i]
	}
	return errs
}
