package semrange

import (
	"strings"
)

// String returns a range whose versions are those of s; an empty one is
// "<0.0.0-0". The text of a computed set may lose the pre-releases that only
// [Set.HasUnfiltered] admits, because a range cannot express every set.
func (s Set) String() string {
	if s.IsAll() {
		return "*"
	}
	if text := s.line.String(); text != "" {
		if same, err := parse(text); err == nil && same.Equal(s) {
			return text
		}
	}
	if s.Empty() {
		return "<0.0.0-0"
	}
	text := s.releases().String()
	if pre := s.pre.String(); text != "" && pre != "" {
		return text + " || " + pre
	} else if pre != "" {
		return pre
	}
	return text
}

// String returns the spans as alternatives.
func (s spans) String() string {
	texts := make([]string, 0, len(s))
	for _, p := range s {
		texts = append(texts, p.String())
	}
	return strings.Join(texts, " || ")
}

// String returns the span as comparisons. Limits that can be written shorter are.
func (p span) String() string {
	from, to := ">="+p.lo.String(), ""
	if p.hi != nil {
		to = "<" + p.hi.String()
	}
	switch {
	case p.lo.Equal(lowest()) && to != "":
		return to
	case to == "":
		return from
	}
	return from + " " + to
}
