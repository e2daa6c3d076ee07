package pack

import (
	"regexp"
	"slices"
)

// MaxRefLen is the longest Ref accepted, in bytes.
const MaxRefLen = 128

// A Ref is a pack's name: the `ref` of its pack.yaml, such as "slack".
//
// It starts with a lower-case letter and continues with lower-case letters,
// digits, "_" and "-". It is therefore safe as one path component, except for
// the device names that some systems reserve, which are refused. The zero
// value is no ref.
type Ref string

var refPattern = regexp.MustCompile(`^[a-z][a-z0-9_-]*\z`)

var reservedRefs = []string{
	"aux", "con", "nul", "prn",
	"com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
	"lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
}

// ParseRef returns s as a Ref, or an error with [CodeInvalidRef].
func ParseRef(s string) (Ref, error) {
	switch {
	case s == "":
		return "", Errorf(CodeInvalidRef, "pack ref is empty")
	case len(s) > MaxRefLen:
		return "", Errorf(CodeInvalidRef, "pack ref has %d bytes, at most %d are allowed", len(s), MaxRefLen)
	case !refPattern.MatchString(s):
		return "", Errorf(CodeInvalidRef, "pack ref %q: want a lower-case letter, then lower-case letters, digits, %q or %q", s, "_", "-")
	case slices.Contains(reservedRefs, s):
		return "", Errorf(CodeInvalidRef, "pack ref %q is a device name on some systems", s)
	}
	return Ref(s), nil
}

// String returns the ref as text.
func (r Ref) String() string { return string(r) }
