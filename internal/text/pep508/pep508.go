// Package pep508 reads a requirements.txt, without acting on it: requirements as
// PEP 508 specifies them ([Parse]), and the lines that pip allows beside them
// ([ParseLine]): options, version control URLs, paths.
//
// It judges and normalises text: [Judge] says which lines are installed, for validation
// as for building. It resolves nothing, evaluates no marker, reads no file and imports
// no other package of this module.
package pep508

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// A Requirement is one dependency, such as
//
//	requests[security]>=2.8.1,==2.8.* ; python_version < "3.13"
type Requirement struct {
	// Name as written; see [NormalizeName].
	Name string
	// Extras are sorted, each once.
	Extras []string
	// Specifiers all have to hold; none means any version.
	Specifiers []Specifier
	// URL is the direct reference after "@", "" when there is none.
	URL string
	// Marker says where the requirement applies, with normalised spaces and
	// quotes; "" means everywhere.
	Marker string
}

// A Specifier limits the version, such as ">=2.8.1".
type Specifier struct {
	Op      string // one of ~= == != <= >= < > ===
	Version string // as written, a PEP 440 version; with ".*" for a prefix
}

// String returns the operator and the version.
func (s Specifier) String() string { return s.Op + s.Version }

// Specifier returns the specifiers separated by ",", "" for none.
func (r *Requirement) Specifier() string {
	texts := make([]string, len(r.Specifiers))
	for i, s := range r.Specifiers {
		texts[i] = s.String()
	}
	return strings.Join(texts, ",")
}

// String returns the requirement in a normal form that [Parse] reads.
func (r *Requirement) String() string {
	text := r.Name
	if len(r.Extras) > 0 {
		text += "[" + strings.Join(r.Extras, ",") + "]"
	}
	text += r.Specifier()
	if r.URL != "" {
		text += " @ " + r.URL
	}
	if r.Marker != "" {
		text += " ; " + r.Marker
	}
	return text
}

var separators = regexp.MustCompile(`[-_.]+`)

// NormalizeName returns the form in which two names of one project are equal:
// in lower case, with "-" for every run of "-", "_" and ".".
func NormalizeName(name string) string {
	return strings.ToLower(separators.ReplaceAllString(name, "-"))
}

// ErrSingleEquals is in the error of a requirement such as "six=1.11.0".
var ErrSingleEquals = errors.New(`a single "="; write "=="`)

// A SyntaxError says why text is not a requirement.
type SyntaxError struct {
	Text   string
	Offset int // in bytes, where the fault was found
	Err    error
}

// Error quotes the text and names the fault.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("requirement %.128q: at %d: %v", e.Text, e.Offset, e.Err)
}

// Unwrap returns the fault.
func (e *SyntaxError) Unwrap() error { return e.Err }
