package pack

import "fmt"

// A Severity says whether a [Finding] makes a pack unusable.
type Severity string

// The severities.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// A Finding is something that loading or validation noticed in a pack.
type Finding struct {
	// Code is stable: "<what>.<reason>", such as "action.entry_point_missing".
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`
	// File is relative to the pack and separated by "/"; Line counts from 1, 0
	// when the finding concerns the whole file.
	File string `json:"file"`
	Line int    `json:"line"`
	// Message says what is wrong and what to write instead.
	Message string `json:"message"`
}

// String returns "file:line: message (code)".
func (f Finding) String() string {
	if f.Line == 0 {
		return fmt.Sprintf("%s: %s (%s)", f.File, f.Message, f.Code)
	}
	return fmt.Sprintf("%s:%d: %s (%s)", f.File, f.Line, f.Message, f.Code)
}

// Findings are in the order of files and lines.
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

// Err returns an [*InvalidError] with the findings of severity error, or nil
// when there is none.
func (fs Findings) Err() error {
	if errs := fs.Errors(); len(errs) > 0 {
		return &InvalidError{Findings: errs}
	}
	return nil
}

// An InvalidError says why a pack is invalid. It matches [ErrInvalid].
type InvalidError struct {
	Findings Findings // of severity error, never empty
}

// Error tells the first finding and how many more there are.
func (e *InvalidError) Error() string {
	if n := len(e.Findings) - 1; n > 0 {
		return fmt.Sprintf("%v, and %d more", e.Findings[0], n)
	}
	return e.Findings[0].String()
}

// Unwrap returns [ErrInvalid].
func (e *InvalidError) Unwrap() error { return ErrInvalid }

// ErrorCode implements [Coder].
func (e *InvalidError) ErrorCode() Code { return CodeInvalidManifest }
