// Package npmrange reads version ranges as npm writes them.
//
// It imports no other package of this module. Package npm, which package pack imports,
// stays apart so that hosts without environments do not link the library of versions.
package npmrange

import (
	"fmt"

	"deps.dev/util/semver"
)

// A Range admits some versions; the zero Range admits all.
type Range struct {
	text       string
	constraint *semver.Constraint
}

// Allows reports whether the range admits version.
func (r Range) Allows(version string) bool {
	return r.constraint == nil || r.constraint.Match(version)
}

// String returns the range as written.
func (r Range) String() string { return r.text }

// A SyntaxError says that text is not a version range.
type SyntaxError struct {
	Text string
	Err  error // the cause
}

// Error quotes the range.
func (e *SyntaxError) Error() string { return fmt.Sprintf("version range %.64q: %v", e.Text, e.Err) }

// Unwrap returns the cause.
func (e *SyntaxError) Unwrap() error { return e.Err }

// Parse parses a range such as "^18 || >=20"; "" admits every version. Errors
// are of type [*SyntaxError].
func Parse(text string) (Range, error) {
	c, err := semver.NPM.ParseConstraint(text)
	if err != nil {
		return Range{}, &SyntaxError{Text: text, Err: err}
	}
	return Range{text: text, constraint: c}, nil
}
