package pack

import (
	"fmt"
	"slices"
	"strings"

	"github.com/packtrain/pack/internal/text/yaml"
)

// A section is a mapping of a pack file on its way into Go values. Its methods
// take absent and null entries for the zero value, and report entries of the
// wrong type.
type section struct {
	node     *yaml.Node
	file     string
	findings *Findings
	codes    sectionCodes
}

// sectionCodes are the codes with which a section reports.
type sectionCodes struct {
	wrongType, invalidValue, keyCase, unsafePath findingCode
}

var (
	manifestCodes  = sectionCodes{manifestWrongType, manifestInvalidValue, manifestKeyCase, manifestUnsafePath}
	componentCodes = sectionCodes{componentWrongType, componentInvalidValue, componentKeyCase, componentUnsafePath}
)

func (s *section) report(code findingCode, line int, format string, args ...any) {
	s.findings.report(code, s.file, line, fmt.Errorf(format, args...))
}

// get returns the entry with the given key, nil when it is absent or null.
func (s *section) get(key string) *yaml.Node {
	f := s.node.Field(key)
	if f == nil || f.Value.Kind == yaml.Null {
		return nil
	}
	return f.Value
}

// line returns the line of the entry with the given key, or of the section.
func (s *section) line(key string) int {
	if f := s.node.Field(key); f != nil {
		return f.Key.Line
	}
	return s.node.Line
}

func (s *section) wrongType(key string, n *yaml.Node, want string) {
	s.report(s.codes.wrongType, n.Line, "%s is %v; want %s", key, n.Kind, want)
}

// items returns the entries of the list with the given key.
func (s *section) items(key string) []*yaml.Node {
	n := s.get(key)
	if n == nil {
		return nil
	}
	if n.Kind != yaml.Sequence {
		s.wrongType(key, n, "a list")
		return nil
	}
	return n.Items
}

// sub returns the mapping with the given key, nil when there is none.
func (s *section) sub(key string) *section {
	n := s.get(key)
	if n == nil {
		return nil
	}
	if n.Kind != yaml.Mapping {
		s.wrongType(key, n, "a mapping")
		return nil
	}
	return s.at(n)
}

// at returns the section of the same file that n is.
func (s *section) at(n *yaml.Node) *section {
	return &section{node: n, file: s.file, findings: s.findings, codes: s.codes}
}

// checkKeys reports keys that differ from one of known only in case, and returns
// those that are not known at all.
func (s *section) checkKeys(known []string) (unknown []yaml.Field) {
	for _, f := range s.node.Fields {
		i := slices.IndexFunc(known, func(k string) bool { return strings.EqualFold(f.Key.Text, k) })
		switch {
		case i < 0:
			unknown = append(unknown, f)
		case f.Key.Text != known[i]:
			s.report(s.codes.keyCase, f.Key.Line, "key %.64q: write %q", f.Key.Text, known[i])
		}
	}
	return unknown
}
