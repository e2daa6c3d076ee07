package pack

import (
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/packtrain/pack/internal/text/yaml"
)

// maxComponentRef is the longest ref of a component, in bytes.
const maxComponentRef = 256

// ref returns the full ref of the component and the line it is written in. A
// component without a valid one gets a ref made of its file's name.
func (s *componentSection) ref(kind Kind) (ref string, line int) {
	key := s.refKey(kind)
	n := s.get(key)
	switch {
	case n == nil:
		stem := strings.TrimSuffix(path.Base(s.file), path.Ext(s.file))
		return s.pack.String() + "." + stem, s.node.Line
	case n.Kind == yaml.Mapping || n.Kind == yaml.Sequence || n.Kind != yaml.String && !s.compat:
		s.reportRef(componentInvalidRef, n.Line, "%s is %v; want a string", key, n.Kind)
	case s.compat && key != "ref":
		s.checkName(key, n)
	case s.compat:
		s.checkName(key, n)
		s.checkOwner(n)
	default:
		s.checkRef(n)
	}
	if key == "ref" && strings.Contains(n.Text, ".") {
		return n.Text, n.Line
	}
	return s.pack.String() + "." + n.Text, n.Line
}

// refKey returns the key that names the component, and reports when it is not
// there.
func (s *componentSection) refKey(kind Kind) string {
	keys := []string{"ref", "name"}
	if s.compat && kind == KindSensor {
		keys = append(keys, "class_name")
	}
	i := slices.IndexFunc(keys, func(key string) bool { return s.get(key) != nil })
	switch {
	case !s.compat && i != 0:
		s.reportRef(componentNoRef, s.node.Line, "ref is missing; write %q and the component's name", "ref: "+s.pack.String()+".")
	case s.compat && i < 0:
		s.reportRef(componentNoRef, s.node.Line, "name is missing")
	case s.compat && i == 0 && kind == KindRule:
		s.report(ruleWithRef, s.line("ref"), "a rule of StackStorm shape has a name, not a ref")
	}
	return keys[max(i, 0)]
}

// checkOwner reports a full ref of another pack.
func (s *componentSection) checkOwner(n *yaml.Node) (ok bool) {
	owner, _, full := strings.Cut(n.Text, ".")
	if !full || owner == s.pack.String() || !refPattern.MatchString(owner) {
		return true
	}
	s.reportRef(componentForeignRef, n.Line, "ref %.128q belongs to pack %q, this one is %q", n.Text, owner, s.pack)
	return false
}

// checkRef reports a ref of invalid form or of another pack.
func (s *componentSection) checkRef(n *yaml.Node) {
	if !s.checkOwner(n) {
		return
	}
	name := strings.TrimPrefix(n.Text, s.pack.String()+".")
	if !refPattern.MatchString(name) || len(n.Text) > maxComponentRef {
		s.reportRef(componentInvalidRef, n.Line, "ref %.128q: want %q and a lower-case letter, then lower-case letters, digits, %q or %q",
			n.Text, s.pack.String()+".", "_", "-")
	}
}

// checkName reports a name that could not be part of a path. Packs of
// StackStorm shape have names with dots, capitals and hyphens.
func (s *componentSection) checkName(key string, n *yaml.Node) {
	bad := func(r rune) bool { return unicode.IsControl(r) || r == '/' || r == '\\' }
	if n.Text == "" || strings.ContainsFunc(n.Text, bad) || len(n.Text) > maxComponentRef {
		s.reportRef(componentInvalidRef, n.Line, "%s %.128q: want at most %d characters without slashes", key, n.Text, maxComponentRef)
	}
}

func (s *componentSection) reportRef(code findingCode, line int, format string, args ...any) {
	s.findings.report(code, s.file, line, Errorf(CodeInvalidRef, format, args...))
}
