package pep508

import (
	"regexp"
	"slices"
	"strings"
)

// maxLength bounds a requirement, in bytes.
const maxLength = 8 << 10

var (
	identifier = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?`)
	operator   = regexp.MustCompile(`^(?:===|~=|==|!=|<=|>=|<|>)`)
	location   = regexp.MustCompile(`^[^ \t]+`) // a URL ends only at a blank
	versions   = map[string]*regexp.Regexp{
		"===": regexp.MustCompile(`^[^ \t;),]+`),
		"==":  versionPattern(`(?:\.[0-9]+)*`, `(?:\.\*|`+suffix+`(?:\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?)`),
		"~=":  versionPattern(`(?:\.[0-9]+)+`, suffix),
		"<":   versionPattern(`(?:\.[0-9]+)*`, suffix),
	}
)

// suffix is what may follow the release numbers of a PEP 440 version.
const suffix = `(?:[-_.]?(?:alpha|beta|preview|pre|a|b|c|rc)[-_.]?[0-9]*)?` +
	`(?:-[0-9]+|[-_.]?(?:post|rev|r)[-_.]?[0-9]*)?` +
	`(?:[-_.]?dev[-_.]?[0-9]*)?`

func versionPattern(release, tail string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)^v?(?:[0-9]+!)?[0-9]+` + release + tail)
}

// Parse parses a requirement without a comment. Anything that PEP 508 does not
// allow is a [*SyntaxError].
func Parse(text string) (Requirement, error) {
	s := &scanner{text: text}
	var r Requirement
	if len(text) > maxLength {
		return r, s.fail("longer than %d bytes", maxLength)
	}
	s.space()
	if r.Name = s.match(identifier); r.Name == "" {
		return r, s.fail("want the name of a project")
	}
	err := s.afterName(&r)
	return r, err
}

func (s *scanner) afterName(r *Requirement) (err error) {
	s.space()
	if r.Extras, err = s.extras(); err != nil {
		return err
	}
	s.space()
	if s.take("@") {
		s.space()
		if r.URL = s.match(location); r.URL == "" {
			return s.fail("want a URL")
		}
	} else if r.Specifiers, err = s.specifiers(); err != nil {
		return err
	}
	return s.afterVersion(r)
}

func (s *scanner) afterVersion(r *Requirement) (err error) {
	s.space()
	if s.take(";") {
		if r.Marker, err = s.marker(); err != nil {
			return err
		}
	}
	switch {
	case s.end():
		return nil
	case strings.HasPrefix(s.rest(), "="):
		return s.fail("%w", ErrSingleEquals)
	}
	return s.fail("%.32q is not expected here", s.rest())
}

// extras reads "[a,b]", if that comes next.
func (s *scanner) extras() ([]string, error) {
	if !s.take("[") {
		return nil, nil
	}
	var extras []string
	for s.space(); !s.take("]"); s.space() {
		if len(extras) > 0 && !s.take(",") {
			return nil, s.fail("want %q or %q", ",", "]")
		}
		s.space()
		extra := s.match(identifier)
		if extra == "" {
			return nil, s.fail("want the name of an extra")
		}
		extras = append(extras, extra)
	}
	slices.Sort(extras)
	return slices.Compact(extras), nil
}

// specifiers reads a list of specifiers, which may be in parentheses.
func (s *scanner) specifiers() ([]Specifier, error) {
	parenthesised := s.take("(")
	s.space()
	var list []Specifier
	for operator.MatchString(s.rest()) {
		spec, err := s.specifier()
		if err != nil {
			return nil, err
		}
		list = append(list, spec)
		if s.space(); !s.take(",") {
			break
		}
		s.space()
	}
	if parenthesised && !s.take(")") {
		return nil, s.fail("want %q", ")")
	}
	return list, nil
}

func (s *scanner) specifier() (Specifier, error) {
	op := s.match(operator)
	s.space()
	pattern := versions[op]
	switch op {
	case "!=":
		pattern = versions["=="]
	case "<=", ">=", ">":
		pattern = versions["<"]
	}
	version := s.match(pattern)
	if version == "" {
		return Specifier{}, s.fail("want a version after %q", op)
	}
	return Specifier{Op: op, Version: version}, nil
}
