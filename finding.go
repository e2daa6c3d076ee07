package pack

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

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
