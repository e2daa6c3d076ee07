package envbuild

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/text/pep508"
)

const (
	maxRequirementsSize = 1 << 20
	maxRequirements     = 5000
)

// Requirements are the requirements of a pack in a normal form: sorted, each
// once. What the pack wrote is judged and never handed to a tool.
type requirements struct {
	lines  []string
	hashed bool // every one has a digest
}

// parseRequirements judges the text of a requirements.txt. Only requirements
// that name a package are admitted, with digests or without: options, other
// files, paths and variables are refused, and addresses unless allowDirect.
func parseRequirements(text string, allowDirect bool) (requirements, error) {
	if !utf8.ValidString(text) {
		return requirements{}, pack.Errorf(pack.CodeInvalidManifest, "requirements.txt: not UTF-8 text")
	}
	var r requirements
	hashed := 0
	for number, line := range pep508.Lines(text) {
		requirement, err := parseRequirement(line, allowDirect)
		switch {
		case err != nil:
			return requirements{}, pack.Errorf(codeOf(err), "requirements.txt:%d: %w", number, err)
		case requirement == "":
			continue
		case len(r.lines) == maxRequirements:
			return requirements{}, &pack.LimitError{
				Limit: "number of requirements", Max: maxRequirements, Value: maxRequirements + 1, Path: "requirements.txt",
			}
		}
		r.lines = append(r.lines, requirement)
		if strings.Contains(requirement, " --hash=") {
			hashed++
		}
	}
	if hashed > 0 && hashed < len(r.lines) {
		return requirements{}, pack.Errorf(pack.CodeBuildFailed,
			"requirements.txt: %d of %d requirements have a digest: give all of them one (--hash), or none", hashed, len(r.lines))
	}
	slices.Sort(r.lines)
	r.lines, r.hashed = slices.Compact(r.lines), hashed > 0
	return r, nil
}

// parseRequirement judges one line and returns it in a normal form, "" for a
// line that says nothing.
func parseRequirement(line string, allowDirect bool) (string, error) {
	if strings.ContainsFunc(line, breaksLine) {
		return "", pack.Errorf(pack.CodeInvalidManifest, "%.200q has a control character or a line separator: write one requirement a line", line)
	}
	l, err := pep508.ParseLine(line)
	switch {
	case l.Kind == pep508.Blank:
		return "", err
	case userInfo.MatchString(l.Text): // not even to be quoted
		return "", denied("an address with a user or password does not belong in a pack")
	case l.Kind == pep508.Named && err != nil:
		return "", err
	}
	if refusal := judge(&l, allowDirect); refusal != nil {
		return "", refusal
	}
	return normal(&l), err
}

// breaksLine reports whether r is more than a character of a line. Tools do not
// agree on where lines end: pip takes most control characters for an end, and
// what is behind one for another requirement, or for an option.
func breaksLine(r rune) bool {
	return r != '\t' && unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
}

// codeOf returns the code of what judge says, and that of a broken file for
// syntax errors.
func codeOf(err error) pack.Code {
	if code := pack.CodeOf(err); code != "" {
		return code
	}
	return pack.CodeInvalidManifest
}

var userInfo = regexp.MustCompile(`//[^/\s]*@`)

// judge refuses what does not name a package of the index.
func judge(l *pep508.Line, allowDirect bool) error {
	switch {
	case l.Kind == pep508.Option:
		return denied("option %.100q: the host configures indices and how packages are built", l.Text)
	case l.Editable || l.Kind == pep508.Path:
		return denied("%.200q: only packages of an index are installed", l.Text)
	case strings.Contains(l.Text, "${"): // tools put the host's variables in
		return denied("%.200q: variables are not allowed", l.Text)
	case l.Kind == pep508.Named:
		return judgeOptions(l)
	case !allowDirect:
		return denied("%.200q: addresses are not allowed: name a package of the index", l.Text)
	}
	return judgeURL(l)
}

var strongHash = regexp.MustCompile(`^--hash=sha(?:256:[0-9a-f]{64}|384:[0-9a-f]{96}|512:[0-9a-f]{128})$`)

func judgeOptions(l *pep508.Line) error {
	for _, option := range l.Options {
		switch {
		case strongHash.MatchString(option):
		case strings.HasPrefix(option, "--hash"):
			return pack.Errorf(pack.CodeBuildFailed, "%.100q: want a digest such as %q", option, "--hash=sha256:<64 hexadecimal digits>")
		default:
			return denied("option %.100q: the host configures how packages are built", option)
		}
	}
	return nil
}

func judgeURL(l *pep508.Line) error {
	u, err := url.Parse(l.URL)
	switch {
	case err != nil || u.Host == "" || strings.ContainsAny(l.URL, "${}\\ \t"):
		return denied("%.200q: want an address, without variables", l.Text)
	case u.Scheme != "https" && u.Scheme != "git+https":
		return denied("%.200q: want https or git+https", l.Text)
	case l.Name == "":
		return denied("%.200q: write the package's name before it: name @ address", l.Text)
	case len(l.Options) > 0:
		return denied("%.200q: addresses have no options", l.Text)
	}
	return nil
}

func denied(format string, args ...any) error {
	return pack.Errorf(pack.CodePolicyDenied, format, args...)
}

func normal(l *pep508.Line) string {
	r := l.Requirement
	r.Name = pep508.NormalizeName(r.Name)
	parts := append([]string{r.String()}, slices.Sorted(slices.Values(l.Options))...)
	return strings.Join(parts, " ")
}
