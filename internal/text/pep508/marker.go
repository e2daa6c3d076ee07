package pep508

import (
	"regexp"
	"strings"
)

// maxNesting bounds parentheses in a marker.
const maxNesting = 32

var (
	variable = regexp.MustCompile(`^[a-z][a-z._]*`)
	quoted   = regexp.MustCompile(`^(?:"[^"]*"|'[^']*')`)
	markerOp = regexp.MustCompile(`^(?:===|~=|==|!=|<=|>=|<|>|in\b|not[ \t]+in\b)`)
	joiner   = regexp.MustCompile(`^(?:and|or)\b`)
)

// variables are those that a marker may name. Old spellings stand for new ones.
var variables = map[string]string{
	"dependency_groups": "dependency_groups", "extra": "extra", "extras": "extras",
	"implementation_name": "implementation_name", "implementation_version": "implementation_version",
	"os_name": "os_name", "os.name": "os_name",
	"platform_machine": "platform_machine", "platform.machine": "platform_machine",
	"platform_python_implementation": "platform_python_implementation",
	"platform.python_implementation": "platform_python_implementation",
	"python_implementation":          "platform_python_implementation",
	"platform_release":               "platform_release", "platform_system": "platform_system",
	"platform_version": "platform_version", "platform.version": "platform_version",
	"python_full_version": "python_full_version", "python_version": "python_version",
	"sys_platform": "sys_platform", "sys.platform": "sys_platform",
}

// marker reads a marker to the end of the line.
func (s *scanner) marker() (string, error) {
	terms, err := s.markerTerms(0)
	if err == nil && !s.end() {
		err = s.fail("want %q or %q", "and", "or")
	}
	if len(terms) == 1 {
		return unwrapGroup(terms[0]), err
	}
	return strings.Join(terms, " "), err
}

// unwrapGroup removes parentheses that hold the whole of a marker.
func unwrapGroup(term string) string {
	if strings.HasPrefix(term, "(") {
		return term[1 : len(term)-1]
	}
	return term
}

// markerTerms reads comparisons and groups, with "and" and "or" between them.
func (s *scanner) markerTerms(depth int) ([]string, error) {
	var terms []string
	for {
		s.space()
		term, err := s.markerTerm(depth)
		if err != nil {
			return nil, err
		}
		terms = append(terms, term)
		s.space()
		join := s.match(joiner)
		if join == "" {
			return terms, nil
		}
		terms = append(terms, join)
	}
}

func (s *scanner) markerTerm(depth int) (string, error) {
	if !s.take("(") {
		return s.comparison()
	}
	if depth == maxNesting {
		return "", s.fail("more than %d nested parentheses", maxNesting)
	}
	terms, err := s.markerTerms(depth + 1)
	if err != nil {
		return "", err
	}
	if !s.take(")") {
		return "", s.fail("want %q", ")")
	}
	if len(terms) == 1 {
		return "(" + unwrapGroup(terms[0]) + ")", nil
	}
	return "(" + strings.Join(terms, " ") + ")", nil
}

func (s *scanner) comparison() (string, error) {
	left, err := s.operand()
	if err != nil {
		return "", err
	}
	s.space()
	op := strings.Join(strings.Fields(s.match(markerOp)), " ")
	if op == "" {
		return "", s.fail("want an operator such as %q", "==")
	}
	s.space()
	right, err := s.operand()
	return left + " " + op + " " + right, err
}

// operand reads a variable or a quoted text, of which the quotes become double
// ones where they can.
func (s *scanner) operand() (string, error) {
	if text := s.match(quoted); text != "" {
		if !strings.Contains(text, `"`) {
			text = `"` + text[1:len(text)-1] + `"`
		}
		return text, nil
	}
	start := s.pos
	if name := variables[s.match(variable)]; name != "" {
		return name, nil
	}
	s.pos = start
	return "", s.fail("want a marker variable such as %q, or a quoted text", "python_version")
}
