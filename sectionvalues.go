package pack

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/packtrain/pack/internal/text/yaml"
)

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
