package source

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/packtrain/pack"
)

// MaxRevLen is the longest rev accepted, in bytes.
const MaxRevLen = 255

// CheckRev returns an error unless rev can be the name of a git branch, tag or
// commit, by git's own rules; expressions are not names, so "v1^{tree}", "@{-1}"
// and ":/message" are refused. A rev that begins with "-" or has control characters
// has [pack.CodePolicyDenied], others [pack.CodeInvalidRequest].
func CheckRev(rev string) error {
	if reason, code := revProblem(rev); reason != "" {
		return pack.Errorf(code, "rev %.80q: %s", rev, reason)
	}
	return nil
}

// revProblem explains why rev is invalid, "" when it is valid.
func revProblem(rev string) (reason string, code pack.Code) {
	switch {
	case strings.HasPrefix(rev, "-"):
		return `a rev must not begin with "-"`, pack.CodePolicyDenied
	case strings.ContainsFunc(rev, unicode.IsControl):
		return "a rev has no control characters", pack.CodePolicyDenied
	case rev == "":
		return "the rev is empty", pack.CodeInvalidRequest
	case len(rev) > MaxRevLen:
		return "the rev is too long", pack.CodeInvalidRequest
	case rev == "@", strings.Contains(rev, "@{"):
		return `a rev is a name, and not "@" or "@{...}"`, pack.CodeInvalidRequest
	case !utf8.ValidString(rev), strings.ContainsFunc(rev, notInRev):
		return `a rev must not contain spaces, control characters or any of ~^:?*[\`, pack.CodeInvalidRequest
	case strings.Contains(rev, ".."), strings.HasSuffix(rev, "."):
		return `a rev has no ".." and does not end in "."`, pack.CodeInvalidRequest
	}
	for component := range strings.SplitSeq(rev, "/") {
		if component == "" || component[0] == '.' || strings.HasSuffix(component, ".lock") {
			return `no component of a rev is empty, begins with "." or ends in ".lock"`, pack.CodeInvalidRequest
		}
	}
	return "", ""
}

func notInRev(r rune) bool {
	return unicode.IsSpace(r) || !unicode.IsGraphic(r) || strings.ContainsRune(`~^:?*[\`, r)
}
