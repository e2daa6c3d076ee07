// Package pep440 reads version ranges of Python and compares versions.
//
// It imports no other package of this module. Package pep508, which package pack
// imports, stays apart so that hosts without environments do not link the library of
// versions.
package pep440

import (
	"fmt"
	"regexp"
	"strings"

	"deps.dev/util/semver"
)

// A Range admits some versions; the zero Range admits all.
type Range struct {
	text  string
	parts []part // all have to hold
}

type part struct {
	constraint *semver.Constraint // nil: exactly version
	version    string
}

// Allows reports whether the range admits version.
func (r Range) Allows(version string) bool {
	for _, p := range r.parts {
		if p.constraint == nil && p.version != version || p.constraint != nil && !p.constraint.Match(version) {
			return false
		}
	}
	return true
}

// String returns the range as written.
func (r Range) String() string { return r.text }

// A SyntaxError says that text is not a version range.
type SyntaxError struct {
	Text string // the whole range
	At   string // where the fault is: the rest from the first specifier that is not one
}

// Error quotes the range and the specifier.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("version range %.64q: %.64q is not a version specifier", e.Text, e.At)
}

var (
	specifier = regexp.MustCompile(`^(===|~=|==|!=|<=|>=|<|>)?\s*([0-9A-Za-z][0-9A-Za-z.!+*-]*)(?:\s*,\s*|\s+|$)`)
	bare      = regexp.MustCompile(`^[0-9]+(\.[0-9]+)*$`)
)

// ParseRange parses PEP 440 specifiers with commas or spaces between, such as
// ">=3.8,<4". A bare version stands for all that begin with it: "3.11" is
// "==3.11.*". No specifier at all admits every version. Errors are of type
// [*SyntaxError].
func ParseRange(text string) (Range, error) {
	r := Range{text: text}
	for rest := strings.TrimSpace(text); rest != ""; {
		m := specifier.FindStringSubmatch(rest)
		if m == nil {
			return Range{}, &SyntaxError{Text: text, At: rest}
		}
		p, err := parsePart(m[1], m[2])
		if err != nil {
			return Range{}, &SyntaxError{Text: text, At: rest}
		}
		r.parts = append(r.parts, p)
		rest = rest[len(m[0]):]
	}
	return r, nil
}

// parsePart parses one specifier. Each is kept by itself, for "!=" is lost
// where the library intersects sets; and it does not know "===".
func parsePart(op, version string) (part, error) {
	switch {
	case op == "===":
		return part{version: version}, nil
	case op == "" && bare.MatchString(version):
		op, version = "==", version+".*"
	case op == "":
		op = "=="
	}
	c, err := semver.PyPI.ParseConstraint(op + version)
	return part{constraint: c}, err
}

// Compare orders versions: positive when a is newer. Versions of Node.js and of
// npm are in the same order by these rules.
func Compare(a, b string) int { return semver.PyPI.Compare(a, b) }
