package pack

import (
	"fmt"
	"strings"

	"github.com/Masterminds/semver/v3"
)

// maxVersionLen bounds versions and constraints, in bytes.
const maxVersionLen = 256

// A Version is a strict semantic version such as "1.2.3-rc.1+build.5"
// (https://semver.org/spec/v2.0.0.html). The text is kept as written.
// Versions are comparable with == (same text) and ordered by [Version.Compare].
// The zero value means "no version" and is written as "".
type Version struct {
	v semver.Version
}

// ParseVersion parses a strict semantic version: three numbers without leading
// zeros, no leading "v". Anything else is an error with [CodeInvalidVersion]
// that says what to write.
func ParseVersion(s string) (Version, error) {
	if len(s) > maxVersionLen {
		return Version{}, Errorf(CodeInvalidVersion, "version %.64q: has %d bytes, at most %d are allowed", s, len(s), maxVersionLen)
	}
	v, err := semver.StrictNewVersion(s)
	if err != nil {
		return Version{}, Errorf(CodeInvalidVersion, "version %.64q: want three numbers such as %q%s", s, "1.2.3", suggestion(s))
	}
	return Version{v: *v}, nil
}

// suggestion says what to write instead of s, if that can be guessed.
func suggestion(s string) string {
	guess := strings.TrimSpace(s)
	if parts := strings.Split(guess, "."); len(parts) == 4 {
		guess = strings.Join(parts[:3], ".")
	}
	v, err := semver.NewVersion(guess)
	if err != nil {
		return ""
	}
	return "; write " + v.String()
}

// IsZero reports whether v is the zero Version.
func (v Version) IsZero() bool { return v == Version{} }

// String returns the version as written, "" for the zero Version.
func (v Version) String() string { return v.v.Original() }

// IsPrerelease reports whether v is a pre-release, such as "1.0.0-rc.1".
func (v Version) IsPrerelease() bool { return v.v.Prerelease() != "" }

// Compare orders versions by semantic version precedence: -1 when v is lower
// than w, 0 when neither is higher, +1 when v is higher. Build metadata does
// not count. The zero Version is below every other.
func (v Version) Compare(w Version) int {
	switch {
	case v.IsZero() && w.IsZero():
		return 0
	case v.IsZero():
		return -1
	case w.IsZero():
		return 1
	}
	return v.v.Compare(&w.v)
}

// Equal reports whether v and w are written the same.
func (v Version) Equal(w Version) bool { return v == w }

// MarshalText returns the version as written.
func (v Version) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText parses text; empty text gives the zero Version.
func (v *Version) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*v = Version{}
		return nil
	}
	parsed, err := ParseVersion(string(text))
	if err != nil {
		return err
	}
	*v = parsed
	return nil
}

// A Constraint limits the versions that may be chosen, such as "^1.2" or
// ">=1.0 <2.0 || ^3". Pre-releases are admitted only by a constraint that names
// one. The zero value admits every version and is written as "*".
type Constraint struct {
	text string
	c    *semver.Constraints
}

// ParseConstraint parses s. "", "*" and "latest" admit every version; text that
// is not a constraint is an error with [CodeInvalidVersion].
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

// AllowsPresent reports whether v satisfies c, where v is there already and not to be
// chosen, such as the version of a platform: a pre-release then counts as any other
// version between its neighbours.
func (c Constraint) AllowsPresent(v Version) bool {
	if c.c == nil || v.IsZero() {
		return c.c == nil
	}
	all := *c.c
	all.IncludePrerelease = true
	return all.Check(&v.v)
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
