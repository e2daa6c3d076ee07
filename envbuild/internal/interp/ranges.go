package interp

import (
	"regexp"
	"strings"

	"deps.dev/util/semver"

	"github.com/packtrain/pack"
)

// A Range admits some versions of an interpreter.
type Range struct {
	text  string
	parts []part // all have to hold
}

type part struct {
	constraint *semver.Constraint // nil: exactly version
	version    string
}

// Allows reports whether the range admits version.
func (r Range) Allows(version string) bool {
	for _, p := range r.parts {
		if p.constraint == nil && p.version != version || p.constraint != nil && !p.constraint.Match(version) {
			return false
		}
	}
	return true
}

// String returns the range as written.
func (r Range) String() string { return r.text }

var (
	specifier = regexp.MustCompile(`^(===|~=|==|!=|<=|>=|<|>)?\s*([0-9A-Za-z][0-9A-Za-z.!+*-]*)(?:\s*,\s*|\s+|$)`)
	bare      = regexp.MustCompile(`^[0-9]+(\.[0-9]+)*$`)
)

// PythonRange parses a range of Python versions: PEP 440 specifiers with commas
// or spaces between, such as ">=3.8,<4". A bare version stands for all that
// begin with it: "3.11" is "==3.11.*".
func PythonRange(text string) (Range, error) {
	r := Range{text: text}
	for rest := strings.TrimSpace(text); rest != ""; {
		m := specifier.FindStringSubmatch(rest)
		if m == nil {
			return Range{}, invalid("Python", text, ">=3.8,<4")
		}
		p, err := pythonPart(m[1], m[2])
		if err != nil {
			return Range{}, invalid("Python", text, ">=3.8,<4")
		}
		r.parts = append(r.parts, p)
		rest = rest[len(m[0]):]
	}
	return r, nil
}

// pythonPart parses one specifier. Each is kept by itself, for "!=" is lost
// where the library intersects sets; and it does not know "===".
func pythonPart(op, version string) (part, error) {
	switch {
	case op == "===":
		return part{version: version}, nil
	case op == "" && bare.MatchString(version):
		op, version = "==", version+".*"
	case op == "":
		op = "=="
	}
	c, err := semver.PyPI.ParseConstraint(op + version)
	return part{constraint: c}, err
}

// NodeRange parses a range of Node.js versions as npm writes them, such as
// "^18 || >=20".
func NodeRange(text string) (Range, error) {
	c, err := semver.NPM.ParseConstraint(text)
	if err != nil {
		return Range{}, invalid("Node.js", text, ">=18 <23")
	}
	return Range{text: text, parts: []part{{constraint: c}}}, nil
}

func invalid(runtime, text, example string) error {
	return pack.Errorf(pack.CodeInvalidVersion, "%s version range %.64q: write it as in %q", runtime, text, example)
}

// Compare orders versions of one kind of interpreter: positive when a is newer.
func Compare(a, b string) int { return semver.PyPI.Compare(a, b) }
