package pack

import (
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
