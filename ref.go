package pack

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/Masterminds/semver/v3"
)

// maxRefLen is the longest Ref accepted, in bytes.
const maxRefLen = 128

// A Ref is a pack's name: the `ref` of its pack.yaml, such as "slack".
//
// It starts with a lower-case letter and continues with lower-case letters,
// digits, "_" and "-". It is therefore safe as one path component, except for
// the device names that some systems reserve, which are refused. The zero
// value means no ref.
type Ref string

var refPattern = regexp.MustCompile(`^[a-z][a-z0-9_-]*\z`)

var reservedRefs = []string{
	"aux", "con", "nul", "prn",
	"com0", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
	"lpt0", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
}

// ParseRef returns s as a Ref, or an error with [CodeInvalidRef].
func ParseRef(s string) (Ref, error) {
	switch {
	case s == "":
		return "", Errorf(CodeInvalidRef, "pack ref is empty")
	case len(s) > maxRefLen:
		return "", Errorf(CodeInvalidRef, "pack ref has %d bytes, at most %d are allowed", len(s), maxRefLen)
	case !refPattern.MatchString(s):
		advice := ""
		if lower := strings.ToLower(s); refPattern.MatchString(lower) {
			advice = fmt.Sprintf("; write %q", lower)
		}
		return "", Errorf(CodeInvalidRef, "pack ref %q: want a lower-case letter, then lower-case letters, digits, %q or %q%s", s, "_", "-", advice)
	case slices.Contains(reservedRefs, s):
		return "", Errorf(CodeInvalidRef, "pack ref %q is a device name on some systems", s)
	}
	return Ref(s), nil
}

// String returns the ref as text.
func (r Ref) String() string { return string(r) }

// Component returns the full ref of a component of pack r, "r.name".
func (r Ref) Component(name string) ComponentRef { return ComponentRef(string(r) + "." + name) }

// A ComponentRef names a component of a pack in full: the pack's ref, "." and the
// component's name. In packs of StackStorm shape the name may contain dots,
// capitals and hyphens. A ref as a file states it may be of invalid form; see
// [ParseComponentRef]. The zero value means no component.
type ComponentRef string

// maxComponentRef is the longest ComponentRef accepted, in bytes.
const maxComponentRef = 256

// ParseComponentRef returns s as a ComponentRef, or an error with
// [CodeInvalidRef]. The pack's part is as [ParseRef] accepts it, the name is not
// empty and contains neither slashes nor control characters.
func ParseComponentRef(s string) (ComponentRef, error) {
	r := ComponentRef(s)
	switch _, err := ParseRef(string(r.Pack())); {
	case len(s) > maxComponentRef:
		return "", Errorf(CodeInvalidRef, "component ref has %d bytes, at most %d are allowed", len(s), maxComponentRef)
	case r.Name() == "" || !isComponentName(r.Name()):
		return "", Errorf(CodeInvalidRef, "component ref %q: want the pack's ref, %q and the component's name", s, ".")
	case err != nil:
		return "", fmt.Errorf("component ref %q: %w", s, err)
	}
	return r, nil
}

// isComponentName reports whether name can be part of a path.
func isComponentName(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || r == '/' || r == '\\' })
}

// Pack returns the ref of the component's pack: the part before the first dot.
func (r ComponentRef) Pack() Ref {
	ref, _, _ := strings.Cut(string(r), ".")
	return Ref(ref)
}

// Name returns the component's name: the part after the first dot, "" without one.
func (r ComponentRef) Name() string {
	_, name, _ := strings.Cut(string(r), ".")
	return name
}

// String returns the ref as text.
func (r ComponentRef) String() string { return string(r) }

// An ID names one version of a pack. It does not identify content: packs are
// re-published under the same version (see [Digest]).
type ID struct {
	Ref     Ref     `json:"ref"`
	Version Version `json:"version"`
}

// String returns "ref@version", or the ref alone when there is no version.
func (id ID) String() string {
	if id.Version.IsZero() {
		return id.Ref.String()
	}
	return id.Ref.String() + "@" + id.Version.String()
}

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
