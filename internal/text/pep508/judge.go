package pep508

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

// RequirementsFile is the name of the file, as pip's manual has it.
const RequirementsFile = "requirements.txt"

// Limits of a requirements.txt.
const (
	MaxSize         = 1 << 20 // bytes
	MaxRequirements = 5000
)

// A tally counts the requirements that can be installed.
type tally struct{ total, hashed int }

func (t *tally) add(l *Line, f *Fault) {
	if l.Kind == Blank || l.Kind == Include || l.Constraint || f != nil && f.Rule != RuleDirect {
		return
	}
	t.total++
	if len(l.Options) > 0 {
		t.hashed++
	}
}

// fault returns the fault of the whole file, nil for none.
func (t *tally) fault() *Fault {
	if t.total > MaxRequirements {
		f := fault(RuleLimit, "more than %d requirements", MaxRequirements)
		f.Limit, f.Max, f.Value = "number of requirements", MaxRequirements, int64(t.total)
		return f
	}
	if t.hashed > 0 && t.hashed < t.total {
		return fault(RuleDigest, "%d of %d requirements have a digest: give all of them one (--hash), or none", t.hashed, t.total)
	}
	return nil
}

// Judge parses one logical line and judges it: it may name a package of the
// index, with strong digests or without, or, where the host allows it, one from
// a safe address. The line is returned as far as it could be parsed.
func Judge(text string) (Line, *Fault) {
	if strings.ContainsFunc(text, breaksLine) {
		return Line{}, fault(RuleControl, "%.200q has a control character or a line separator: write one requirement a line", text)
	}
	l, err := ParseLine(text)
	switch {
	case l.Kind == Blank:
		return l, nil
	case userInfo.MatchString(l.Text): // must not be quoted
		return l, fault(RuleSecret, "an address with a user or password does not belong in a pack")
	case l.Kind == Named && err != nil:
		return l, syntaxFault(err)
	}
	if f := l.judge(); f != nil {
		return l, f
	}
	switch {
	case err != nil:
		return l, syntaxFault(err)
	case l.Kind == Include:
		return l, nil
	case l.Kind != Named:
		return l, fault(RuleDirect, "%.200q: addresses are not allowed: name a package of the index", l.Text)
	}
	return l, nil
}

// breaksLine reports whether r is more than a character of a line. Tools do not
// agree on where lines end: pip takes most control characters for an end, and
// what follows one for another requirement, or for an option.
func breaksLine(r rune) bool {
	return r != '\t' && unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
}

var userInfo = regexp.MustCompile(`//[^/\s]*@`)

func syntaxFault(err error) *Fault {
	f := fault(RuleSyntax, "%v", err)
	f.Err = err
	return f
}

// judge applies the rules that are independent of the host's settings.
func (l *Line) judge() *Fault {
	switch {
	case l.Kind == Option:
		return fault(RuleOption, "option %.100q: the host configures indices and how packages are built", l.Text)
	case l.Kind == Path:
		return fault(RulePath, "%.200q: only packages of an index are installed", l.Text)
	case l.Editable:
		return fault(RuleEditable, "%.200q: packages are not installed as editable ones: name a package of the index", l.Text)
	case strings.Contains(l.Text, "${"): // tools substitute the host's variables
		return fault(RuleVariable, "%.200q: variables are not allowed", l.Text)
	case l.Kind == Include:
		return l.judgeInclude()
	case l.Kind == Named:
		return l.judgeOptions()
	}
	return l.judgeURL()
}

var strongHash = regexp.MustCompile(`^--hash=sha(?:256:[0-9a-f]{64}|384:[0-9a-f]{96}|512:[0-9a-f]{128})$`)

func (l *Line) judgeOptions() *Fault {
	for _, option := range l.Options {
		switch {
		case strongHash.MatchString(option):
		case strings.HasPrefix(option, "--hash"):
			return fault(RuleDigest, "%.100q: want a digest such as %q", option, "--hash=sha256:<64 hexadecimal digits>")
		default:
			return fault(RuleOption, "option %.100q: the host configures how packages are built", option)
		}
	}
	return nil
}

func (l *Line) judgeURL() *Fault {
	u, err := url.Parse(l.URL)
	switch {
	case err != nil || u.Host == "" || strings.ContainsAny(l.URL, "${}\\ \t"):
		return fault(RuleAddress, "%.200q: want an address, without variables", l.Text)
	case u.Scheme != "https" && u.Scheme != "git+https":
		return fault(RuleAddress, "%.200q: want https or git+https", l.Text)
	case l.Name == "":
		return fault(RuleUnnamed, "%.200q: write the package's name before it: name @ address", l.Text)
	case len(l.Options) > 0:
		return fault(RuleOption, "%.200q: addresses have no options", l.Text)
	}
	return nil
}
