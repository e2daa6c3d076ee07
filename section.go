package pack

import (
	"errors"
	"fmt"
	"math"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/packtrain/pack/internal/text/schema"
	"github.com/packtrain/pack/internal/text/yaml"
)

// A section is a mapping of a pack file that is being converted to Go values. Its
// methods treat absent and null entries as the zero value, and report entries of
// the wrong type.
type section struct {
	node     *yaml.Node
	file     string
	findings *Findings
	codes    sectionCodes
}

// sectionCodes are the codes with which a section reports.
type sectionCodes struct {
	wrongType, invalidValue, keyCase, unsafePath FindingCode
}

var (
	manifestCodes  = sectionCodes{manifestWrongType, manifestInvalidValue, manifestKeyCase, manifestUnsafePath}
	componentCodes = sectionCodes{componentWrongType, componentInvalidValue, componentKeyCase, componentUnsafePath}
)

func (s *section) report(code FindingCode, line int, format string, args ...any) {
	s.findings.report(code, s.file, line, fmt.Errorf(format, args...))
}

// get returns the entry with the given key, nil when it is absent or null.
func (s *section) get(key string) *yaml.Node { return s.node.Get(key) }

// blank reports whether the entry with the given key is absent, null or an empty string.
func (s *section) blank(key string) bool {
	n := s.get(key)
	return n == nil || n.Kind == yaml.String && n.Text == ""
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

// str returns the string with the given key.
func (s *section) str(key string) string {
	n := s.get(key)
	if n == nil {
		return ""
	}
	if n.Kind != yaml.String {
		s.wrongType(key, n, "a string; quote it if it is text")
		return ""
	}
	return n.Text
}

// text returns the scalar with the given key as it is written.
func (s *section) text(key string) string {
	n := s.get(key)
	if n == nil {
		return ""
	}
	if n.Kind == yaml.Mapping || n.Kind == yaml.Sequence {
		s.wrongType(key, n, "a string")
		return ""
	}
	return n.Text
}

// oneOf returns the string with the given key, which has to be one of allowed;
// absent when there is none.
func (s *section) oneOf(key, absent string, allowed ...string) string {
	text := s.str(key)
	switch {
	case text == "":
		return absent
	case slices.Contains(allowed, text):
		return text
	}
	s.report(s.codes.invalidValue, s.line(key), "%s is %.64q; want one of %s", key, text, strings.Join(allowed, ", "))
	return absent
}

// flag returns the boolean with the given key, absent when there is none.
func (s *section) flag(key string, absent bool) bool {
	n := s.get(key)
	if n == nil {
		return absent
	}
	value, ok := boolean(n)
	if !ok {
		s.wrongType(key, n, "true or false")
		return absent
	}
	return value
}

// boolean also takes the words that were booleans in YAML 1.1.
func boolean(n *yaml.Node) (value, ok bool) {
	if n.Kind != yaml.Bool && (n.Kind != yaml.String || n.Quoted) {
		return false, false
	}
	switch strings.ToLower(n.Text) {
	case "true", "yes", "on":
		return true, true
	case "false", "no", "off":
		return false, true
	}
	return false, false
}

// number returns the number with the given key, absent when there is none.
func (s *section) number(key string, absent float64) float64 {
	n := s.get(key)
	if n == nil {
		return absent
	}
	switch v := n.Value().(type) {
	case int64:
		return float64(v)
	case uint64:
		return float64(v)
	case float64:
		return v
	}
	s.wrongType(key, n, "a number")
	return absent
}

// maxWhole bounds whole numbers, so that they mean the same everywhere.
const maxWhole = 1 << 31

// whole returns the whole number with the given key, 0 when there is none.
func (s *section) whole(key string) int {
	v := s.number(key, 0)
	if v != math.Trunc(v) || math.Abs(v) > maxWhole {
		s.report(s.codes.invalidValue, s.line(key), "%s is %v; want a whole number", key, v)
		return 0
	}
	return int(v)
}

// maxSeconds is the longest duration that a pack may ask for: a year.
const maxSeconds = 366 * 24 * 60 * 60

// seconds returns the duration with the given key, a number of seconds; absent
// when there is none.
func (s *section) seconds(key string, absent time.Duration) Duration {
	v := s.number(key, absent.Seconds())
	if v < 0 || v > maxSeconds || math.IsNaN(v) {
		s.report(s.codes.invalidValue, s.line(key), "%s is %v; want seconds, from 0 to %d", key, v, maxSeconds)
		return Duration(absent)
	}
	return Duration(v * float64(time.Second))
}

// texts returns the list of scalars with the given key, never nil.
func (s *section) texts(key string) []string {
	list := []string{}
	for _, item := range s.items(key) {
		if item.Kind == yaml.Mapping || item.Kind == yaml.Sequence || item.Kind == yaml.Null {
			s.wrongType("an entry of "+key, item, "a string")
			continue
		}
		list = append(list, item.Text)
	}
	return list
}

// object returns the mapping with the given key as JSON-compatible values,
// never nil.
func (s *section) object(key string) map[string]any {
	if sub := s.sub(key); sub != nil {
		return sub.node.Map()
	}
	return map[string]any{}
}

// checkSchema judges the description of values with the given key, if any.
func (s *section) checkSchema(key string) {
	s.reportSchema(schema.Check(key, s.get(key)))
}

func (s *section) reportSchema(problems []schema.Problem) {
	codes := map[schema.Reason]FindingCode{schema.Invalid: schemaInvalid, schema.Type: schemaUnknownType, schema.Default: schemaDefault, schema.Secret: schemaSecret}
	for _, p := range problems {
		s.findings.report(codes[p.Reason], s.file, p.Line, Errorf(CodeInvalidSchema, "%s", p.Message))
	}
}

// path returns the path with the given key, relative to the pack.
func (s *section) path(key string) string { return s.pathIn(key, s.str(key), ".") }

// fileIn returns the path of a file with the given key, as pathIn does.
func (s *section) fileIn(key, dir string) string {
	text := s.str(key)
	if strings.HasSuffix(text, "/") || strings.HasSuffix(text, "/.") {
		s.report(s.codes.unsafePath, s.line(key), "%s %.128q names a directory; name the file, without %q at the end", key, text, "/")
	}
	return s.pathIn(key, text, dir)
}

// pathIn returns the path text with the given key, written relative to the directory
// dir of the pack, made relative to the pack. A path that leads out of the pack
// is reported.
func (s *section) pathIn(key, text, dir string) string {
	if text == "" {
		return ""
	}
	p, err := resolvePath(dir, text)
	if err != nil {
		s.report(s.codes.unsafePath, s.line(key), "%s %.128q: %w", key, text, err)
	}
	return p
}

// resolvePath joins text to the directory dir of a pack.
func resolvePath(dir, text string) (string, error) {
	switch {
	case strings.ContainsFunc(text, unicode.IsControl):
		return "", errors.New("the path has a control character")
	case strings.ContainsAny(text, "\\;|&$`<>*?\"'"):
		return "", errors.New("the path has a special character of shells or other systems")
	case path.IsAbs(text), len(text) > 1 && text[1] == ':':
		return "", errors.New("the path is absolute; write it relative to the pack")
	}
	p := path.Join(dir, text)
	if p == ".." || strings.HasPrefix(p, "../") {
		return "", errors.New("the path leads out of the pack")
	}
	return p, nil
}
