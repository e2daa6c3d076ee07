package pack

import (
	"fmt"
	"strings"

	"github.com/packtrain/pack/internal/text/semrange"
)

// A Constraint limits the versions that may be chosen, such as "^1.2" or
// ">=1.0 <2.0 || ^3": alternatives with "||" between, each of comparisons with spaces
// or commas between that all have to hold. The operators are those of npm; "1.2" is
// every 1.2.x, and "!=1.2" every other version. A pre-release is admitted only by an
// alternative that names a pre-release of the same three numbers. Build metadata does
// not count.
//
// The zero value admits every version, pre-releases too, and is written as "*".
type Constraint struct {
	text string
	set  *semrange.Set // nil when every version is admitted
}

// ParseConstraint parses s. "", "*", "x" and "latest" admit every version; text that
// is not a constraint is an error with [CodeInvalidVersion] that says where the fault
// is, what was expected there, and where it can be guessed what to write.
func ParseConstraint(s string) (Constraint, error) {
	text := strings.TrimSpace(s)
	if len(text) > maxVersionLen {
		return Constraint{}, Errorf(CodeInvalidVersion, "version constraint %.64q: has %d bytes, at most %d are allowed", s, len(text), maxVersionLen)
	}
	set, err := semrange.Parse(text)
	if err != nil {
		return Constraint{}, Errorf(CodeInvalidVersion, "version constraint %.64q: %w", text, err)
	}
	return constraintOf(text, set), nil
}

func constraintOf(text string, set semrange.Set) Constraint {
	if set.IsAll() {
		return Constraint{}
	}
	return Constraint{text: text, set: &set}
}

// Any reports whether c admits every version.
func (c Constraint) Any() bool { return c.set == nil }

// Empty reports whether c admits no version at all, as ">2 <1" does.
func (c Constraint) Empty() bool { return c.set != nil && c.set.Empty() }

// Allows reports whether v satisfies c. The zero Version satisfies only a
// constraint that admits everything.
func (c Constraint) Allows(v Version) bool {
	if c.set == nil || v.IsZero() {
		return c.set == nil
	}
	return c.set.Has(&v.v)
}

// AllowsPresent reports whether v satisfies c, where v is there already and not to be
// chosen, such as the version of an installed pack, of a pack in the same request or of
// a platform: a pre-release then need not be named. It comes before its release, and
// "<2" and "^1" end before the pre-releases of 2.0.0.
func (c Constraint) AllowsPresent(v Version) bool {
	if c.set == nil || v.IsZero() {
		return c.set == nil
	}
	return c.set.HasUnfiltered(&v.v)
}

// Intersect returns the constraint that admits what c and d admit. It is written as
// the one of them that is the result, if one is.
func (c Constraint) Intersect(d Constraint) Constraint {
	return combined(c, d, c.versions().Intersect(d.versions()))
}

// Union returns the constraint that admits what c or d admits, written as Intersect
// does.
func (c Constraint) Union(d Constraint) Constraint {
	return combined(c, d, c.versions().Union(d.versions()))
}

// Complement returns the constraint that admits the releases that c does not. Of
// pre-releases it admits those that c does not and that have the numbers of one that
// c names.
func (c Constraint) Complement() Constraint {
	set := c.versions().Complement()
	return constraintOf(set.String(), set)
}

func (c Constraint) versions() semrange.Set {
	if c.set == nil {
		return semrange.All()
	}
	return *c.set
}

func combined(c, d Constraint, set semrange.Set) Constraint {
	switch {
	case set.Equal(c.versions()):
		return c
	case set.Equal(d.versions()):
		return d
	}
	return constraintOf(set.String(), set)
}

// String returns the constraint as written, "*" for the zero Constraint. Parsing it
// again gives a constraint that allows the same versions.
func (c Constraint) String() string {
	if c.set == nil {
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

// CheckPlatform returns a [*PlatformError] when a pack that asks for required does not
// suit a platform of version actual. A platform of unknown version, the zero Version,
// suits packs that ask for none; for others callers make a warning of the error.
func CheckPlatform(required Constraint, actual Version) error {
	if required.AllowsPresent(actual) {
		return nil
	}
	return &PlatformError{Required: required, Actual: actual}
}

// A PlatformError says that a pack does not suit the version of the platform that
// installs it. It matches [ErrDependency].
type PlatformError struct {
	Required Constraint // what the pack asks for
	Actual   Version    // of the platform; zero when it is not known
}

// Error names both versions.
func (e *PlatformError) Error() string {
	if e.Actual.IsZero() {
		return fmt.Sprintf("platform version %s is needed, and the version of this platform is not known, so it is not checked", e.Required)
	}
	return fmt.Sprintf("platform version %s is needed, and this platform is version %s; upgrade the platform, or choose another version of the pack", e.Required, e.Actual)
}

// Unwrap returns [ErrDependency].
func (e *PlatformError) Unwrap() error { return ErrDependency }

// ErrorCode implements [Coder].
func (e *PlatformError) ErrorCode() Code { return CodeDependencyConflict }

// A Provided pack is supplied by the host, outside of any store (such as
// the "core" pack of a platform). It satisfies dependencies and its ref is
// reserved: no other pack may take it.
type Provided struct {
	Ref Ref `json:"ref"`
	// Version of the provided pack; the zero value satisfies every constraint.
	Version Version `json:"version"`
}

// Satisfies reports whether the provided pack satisfies c.
func (p Provided) Satisfies(c Constraint) bool {
	return p.Version.IsZero() || c.AllowsPresent(p.Version)
}

// Reserved returns the error of another pack that has the ref of p.
func (p Provided) Reserved() error {
	return Errorf(CodeInvalidRef, "pack ref %s is reserved: the host provides that pack; choose another ref", p.Ref)
}

// A Dependency is a pack that another one needs.
type Dependency struct {
	Ref        Ref        `json:"ref"`
	Constraint Constraint `json:"constraint"`
	// URL is what pack.yaml has in place of a ref, if that is the place of the pack,
	// whose ref was found out since; "" for a dependency that names the ref.
	URL string `json:"url,omitempty"`
}

// ParseDependency parses "ref" or "ref@constraint". Errors have the code
// [CodeInvalidRef] or [CodeInvalidVersion].
func ParseDependency(text string) (Dependency, error) { return parseDependency(text, false) }

// String returns "ref" or "ref@constraint".
func (d Dependency) String() string {
	if d.Constraint.Any() {
		return d.Ref.String()
	}
	return d.Ref.String() + "@" + d.Constraint.String()
}

// BrokenBy reports whether d is met by version from of the pack that it names, and not any
// more once version to takes its place. The zero Version as from is an unknown one, which
// counts as meeting d, and as to the removal of the pack.
func (d Dependency) BrokenBy(from, to Version) bool {
	return (from.IsZero() || d.Constraint.AllowsPresent(from)) && (to.IsZero() || !d.Constraint.AllowsPresent(to))
}

// parseDependency parses "ref" or "ref@constraint"; in compatibility mode also
// "ref=version".
func parseDependency(text string, compat bool) (Dependency, error) {
	name, constraint, versioned := strings.Cut(text, "@")
	if !versioned && compat {
		name, constraint, versioned = strings.Cut(text, "=")
	}
	ref, err := ParseRef(strings.TrimSpace(name))
	if err != nil {
		return Dependency{}, withAt(text, err)
	}
	if versioned && strings.TrimSpace(constraint) == "" {
		return Dependency{}, Errorf(CodeInvalidVersion, "the constraint is empty; write %q", name)
	}
	c, err := ParseConstraint(constraint)
	return Dependency{Ref: ref, Constraint: c}, err
}

// withAt adds to the error of a dependency without "@" what to write, if what begins
// with an operator can be a constraint.
func withAt(text string, err error) error {
	i := strings.IndexAny(text, "<>=!~^")
	if i < 0 {
		return err
	}
	ref, refErr := ParseRef(strings.TrimSpace(text[:i]))
	c, constraintErr := ParseConstraint(text[i:])
	if refErr != nil || constraintErr != nil {
		return err
	}
	return Errorf(CodeInvalidRef, "%q is missing before the constraint; write %q instead", "@", Dependency{Ref: ref, Constraint: c})
}
