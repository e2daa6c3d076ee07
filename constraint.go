package pack

import (
	"strings"

	"github.com/Masterminds/semver/v3"
)

// A Constraint limits the versions that may be chosen, such as "^1.2" or
// ">=1.0 <2.0 || ^3". Pre-releases are admitted only by a constraint that names
// one. The zero value admits every version and is written as "*".
type Constraint struct {
	text string
	c    *semver.Constraints
}

// ParseConstraint parses s. "", "*" and "latest" admit every version; text that
// is no constraint is an error with [CodeInvalidVersion].
func ParseConstraint(s string) (Constraint, error) {
	text := strings.TrimSpace(s)
	if text == "" || text == "*" || text == "latest" {
		return Constraint{}, nil
	}
	switch {
	case len(text) > maxVersionLen:
		return Constraint{}, Errorf(CodeInvalidVersion, "version constraint %.64q: has %d bytes, at most %d are allowed", s, len(text), maxVersionLen)
	case strings.Contains(text, "=>"), strings.Contains(text, "=<"):
		return Constraint{}, Errorf(CodeInvalidVersion, "version constraint %.64q: write %q or %q", s, ">=", "<=")
	}
	c, err := semver.NewConstraint(text)
	if err != nil {
		return Constraint{}, Errorf(CodeInvalidVersion, "version constraint %.64q: %w", s, err)
	}
	return Constraint{text: text, c: c}, nil
}

// Any reports whether c admits every version.
func (c Constraint) Any() bool { return c.c == nil }

// Allows reports whether v satisfies c. The zero Version satisfies only a
// constraint that admits everything.
func (c Constraint) Allows(v Version) bool {
	switch {
	case c.c == nil:
		return true
	case v.IsZero():
		return false
	}
	return c.c.Check(&v.v)
}

// String returns the constraint as written, "*" for the zero Constraint.
func (c Constraint) String() string {
	if c.c == nil {
		return "*"
	}
	return c.text
}

// Equal reports whether c and d are written the same.
func (c Constraint) Equal(d Constraint) bool { return c.text == d.text }

// MarshalText returns the constraint as [Constraint.String] does.
func (c Constraint) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText parses text as [ParseConstraint] does.
func (c *Constraint) UnmarshalText(text []byte) error {
	parsed, err := ParseConstraint(string(text))
	if err != nil {
		return err
	}
	*c = parsed
	return nil
}

// Constraints all have to hold. They are never joined as text. The empty list
// admits every version.
type Constraints []Constraint

// Allows reports whether v satisfies every constraint of cs.
func (cs Constraints) Allows(v Version) bool {
	for _, c := range cs {
		if !c.Allows(v) {
			return false
		}
	}
	return true
}

// String lists the constraints, separated by ", "; "*" when there is none.
func (cs Constraints) String() string {
	texts := make([]string, 0, len(cs))
	for _, c := range cs {
		if !c.Any() {
			texts = append(texts, c.String())
		}
	}
	if len(texts) == 0 {
		return "*"
	}
	return strings.Join(texts, ", ")
}
