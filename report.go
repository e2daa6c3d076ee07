package pack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// A Stage is a step in the life of a pack. Its text is stable: it appears in
// events and in the reports of failures.
type Stage string

// The stages.
const (
	StageDownload     Stage = "download"
	StageLoad         Stage = "load"
	StageValidation   Stage = "validation"
	StageDependencies Stage = "dependencies"
	StageEnvironments Stage = "environments"
	StageTests        Stage = "tests"
	StageStorage      Stage = "storage"
	StageRegistration Stage = "registration"
)

// An EventKind says what happened. Its text is stable; kinds may be added, and
// observers ignore those they do not know.
type EventKind string

// The kinds of events.
const (
	EventStarted  EventKind = "started"  // a stage begins for one pack
	EventProgress EventKind = "progress" // Done and, when known, Total changed
	EventFinished EventKind = "finished" // a stage succeeded for one pack
	EventFailed   EventKind = "failed"   // a stage failed for one pack; Err and Code say why
	EventWarning  EventKind = "warning"  // something the user should know; nothing failed
	EventClosed   EventKind = "closed"   // one pack is through, as Status says: the last event about it
)

// A Status says how a request ended for one pack.
type Status string

// The values of Status. A stage by itself ends with done, unchanged, failed or
// skipped; the others are those of a whole installation.
const (
	StatusDone      Status = "done"      // the stage did what it is for
	StatusInstalled Status = "installed" // it is active, and was not there before
	StatusUpgraded  Status = "upgraded"  // it is active in place of a lower version
	StatusReplaced  Status = "replaced"  // it is active in place of a higher version, or of other content or environments of this one
	StatusUnchanged Status = "unchanged" // it was there with this content already
	StatusFailed    Status = "failed"    // what was active before still is
	StatusSkipped   Status = "skipped"   // another pack failed first
)

// An Event reports one step of an operation to an observer. It is a flat value:
// fields that do not apply to a kind are zero.
type Event struct {
	// Seq numbers the events of one operation from 1 without gaps.
	Seq  uint64    `json:"seq"`
	Time time.Time `json:"time"`
	Kind EventKind `json:"kind"`
	// Stage in which it happened.
	Stage Stage `json:"stage"`
	// Spec is the input this is about (a spec or a path), Pack the pack once
	// it is known.
	Spec    string  `json:"spec,omitempty"`
	Pack    Ref     `json:"pack,omitempty"`
	Version Version `json:"version,omitzero"`
	// Done and Total count bytes; Total is 0 while unknown.
	Done  int64 `json:"done,omitempty"`
	Total int64 `json:"total,omitempty"`
	// Message is one line for a person, free of control characters.
	Message string `json:"message,omitempty"`
	// Status of an EventClosed.
	Status Status `json:"status,omitempty"`
	// Err and Code describe the failure of an EventFailed, or of an EventClosed
	// whose Status is failed.
	Err  string `json:"error,omitempty"`
	Code Code   `json:"code,omitempty"`
}

// An EventFunc observes an operation. It is called synchronously, one event at
// a time and in the order of Seq, so it must return soon; it cannot influence
// the operation. A nil EventFunc is allowed wherever one is taken.
type EventFunc func(ctx context.Context, e Event)

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
	// Code is the result of [CodeOf] for Err, Message is its text.
	Code    Code
	Message string
	// Err is the cause. A client that received the failure over a wire makes it
	// from Code and Message, so errors.Is and [Retryable] work there too.
	Err error
}

// NewFailure returns the failure of one item because of err, which is not nil.
func NewFailure(item int, spec string, ref Ref, stage Stage, err error) Failure {
	return Failure{Item: item, Spec: spec, Ref: ref, Stage: stage, Code: CodeOf(err), Message: err.Error(), Err: err}
}

// Findings returns all for which the pack is invalid, of which Message tells the
// first; nil when that is not the cause.
func (f *Failure) Findings() Findings {
	if invalid, ok := errors.AsType[*invalidError](f.Err); ok {
		return invalid.Findings
	}
	return nil
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
	Code    FindingCode
	Message string
}

type notesKey struct{}

// WithNotes returns a context for calls into code that a host may supply, such as a
// source: what that code passes to [Note] comes to fn, one line at a time. fn is
// called synchronously, by any goroutine of the call, and replaces an fn that ctx had.
func WithNotes(ctx context.Context, fn func(ctx context.Context, text string)) context.Context {
	return context.WithValue(ctx, notesKey{}, fn)
}

// Note tells the caller of the code that received ctx something that the user should
// know and that is not a failure: which index entries were skipped, which files were left
// out. It becomes a [Warning] in the report of the stage, and an event. Without
// [WithNotes] it is dropped. It is safe for concurrent use when the caller's function
// is; those of the stages are.
func Note(ctx context.Context, format string, args ...any) {
	if fn, ok := ctx.Value(notesKey{}).(func(context.Context, string)); ok {
		fn(ctx, fmt.Sprintf(format, args...))
	}
}

// A BatchError says which items of a batch failed; the report that comes with it
// has the outcome of every item. errors.Is and errors.As look into every item.
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

// A Finding is something that loading or validation noticed in a pack.
type Finding struct {
	Code     FindingCode `json:"code"`
	Severity Severity    `json:"severity"`
	// File is relative to the pack and separated by "/"; Line counts from 1, 0
	// when the finding concerns the whole file.
	File string `json:"file"`
	Line int    `json:"line"`
	// Message describes the problem and the fix.
	Message string `json:"message"`
	// Err is the typed cause where there is one, such as a [*LimitError] or
	// the error of [ParseVersion]; else nil.
	Err error `json:"-"`
}

// String returns "file:line: message (code)".
func (f Finding) String() string {
	file := f.File
	if strings.ContainsFunc(file, func(r rune) bool { return !unicode.IsPrint(r) }) {
		file = strconv.Quote(file)
	}
	if f.Line == 0 {
		return fmt.Sprintf("%s: %s (%s)", file, f.Message, f.Code)
	}
	return fmt.Sprintf("%s:%d: %s (%s)", file, f.Line, f.Message, f.Code)
}

// Findings of [Load] and of [Validate] are in the order of files and lines.
type Findings []Finding

// Errors returns the findings of severity error.
func (fs Findings) Errors() Findings {
	var errs Findings
	for _, f := range fs {
		if f.Severity == SeverityError {
			errs = append(errs, f)
		}
	}
	return errs
}

// Err returns an error that matches [ErrInvalid] with the findings of severity error, or nil
// when there is none.
func (fs Findings) Err() error {
	if errs := fs.Errors(); len(errs) > 0 {
		return &invalidError{Findings: errs}
	}
	return nil
}

// An invalidError says why a pack is invalid. It matches [ErrInvalid].
type invalidError struct {
	Findings Findings // of severity error, never empty
}

// Error returns the first finding and the number of others.
func (e *invalidError) Error() string {
	if n := len(e.Findings) - 1; n > 0 {
		return fmt.Sprintf("%v, and %d more", e.Findings[0], n)
	}
	return e.Findings[0].String()
}

// Unwrap returns [ErrInvalid] and the causes of the findings.
func (e *invalidError) Unwrap() []error {
	errs := []error{ErrInvalid}
	for _, f := range e.Findings {
		if f.Err != nil {
			errs = append(errs, f.Err)
		}
	}
	return errs
}

// ErrorCode returns the code of the first finding's cause, or
// [CodeInvalidManifest].
func (e *invalidError) ErrorCode() Code {
	return cmp.Or(CodeOf(e.Findings[0].Err), CodeInvalidManifest)
}

// maxFindings is how many findings are reported for one pack.
const maxFindings = 5000

// report adds a finding. Beyond maxFindings it adds only errors, so that a pack
// that has one is never taken for valid.
func (fs *Findings) report(code FindingCode, file string, line int, err error) {
	if n := len(*fs); n >= 2*maxFindings || n >= maxFindings && code.severity() != SeverityError {
		return
	}
	*fs = append(*fs, Finding{
		Code: code, Severity: code.severity(), File: file, Line: line,
		Message: err.Error(), Err: typedCause(err),
	})
}

// typedCause returns err when it has a code of its own.
func typedCause(err error) error {
	if CodeOf(err) == "" {
		return nil
	}
	return err
}
