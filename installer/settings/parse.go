package settings

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// check refuses a text that is not one of those allowed.
func (s *Setting) check(text string) error {
	if s.OneOf != nil && text != "" && !slices.Contains(s.OneOf, text) {
		return wrong("want %s, got %.80q", oneOf(s.OneOf), text)
	}
	return nil
}

// oneOf lists words for a message.
func oneOf(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return "one of " + strings.Join(words, ", ")
}

func parseSwitch(text string) (bool, error) {
	b, err := strconv.ParseBool(text)
	if err != nil {
		return false, wrong("want true or false, got %.80q", text)
	}
	return b, nil
}

func parseNumber[N int | int64](text string) (N, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || int64(N(n)) != n {
		return 0, wrong("want an integer, got %.80q", text)
	}
	return N(n), nil
}

func parseDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, wrong("want a duration in hours, minutes or seconds, such as 72h, got %.80q", text)
	}
	return d, nil
}

// namedIndex is an index with a name before it.
var namedIndex = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9._-]*)=(.+)\z`)

// ParseIndex reads a registry index, "[NAME=]URL" or "[NAME=]FILE".
func ParseIndex(text string) (ix Index, err error) {
	if m := namedIndex.FindStringSubmatch(text); m != nil {
		ix.Name, text = m[1], m[2]
	}
	if text == "" {
		return ix, wrong("the index is empty: want a URL or a file")
	}
	ix.Location = text
	return ix, nil
}

func (l *Layer) addIndexText(to *[]Index, text string) error {
	ix, err := ParseIndex(text)
	if err != nil {
		return err
	}
	ix.Location = l.path(ix.Location)
	*to = append(*to, ix)
	return nil
}

// addRule reads a rule, "NAME=VALUE", or "NAME" for those without a value.
func (l *Layer) addRule(to *[]Rule, s *Setting, text, place string) error {
	name, value, valued := strings.Cut(text, "=")
	if want := s.ruleExample(); name == "" || valued != strings.Contains(want, "=") || valued && value == "" {
		return wrong("want the name of an index and what counts for it, such as %s, got %.200q", want, text)
	}
	if !valued {
		value = "true"
	}
	*to = append(*to, Rule{Index: name, Value: value, Origin: l.origin, Place: place})
	return nil
}

// addRuleValue states a rule of a file; "" ends those of other files.
func (l *Layer) addRuleValue(s *Setting, index, value, place string) {
	to, _ := s.at(&l.values).(*[]Rule)
	*to = append(*to, Rule{Index: index, Value: value, Origin: l.origin, Place: place})
	l.places[s.Name] = place
}

// publicKey matches a key of package signature.
var publicKey = regexp.MustCompile(`^[^+\s]+\+[0-9a-f]{8}\+`)

// IsPublicKey reports whether text looks like a public key, see package signature.
func IsPublicKey(text string) bool { return publicKey.MatchString(text) }

// keyFile returns a key, or the path of a file with keys.
func (l *Layer) keyFile(text string) string {
	if text == "none" || IsPublicKey(text) {
		return text
	}
	return l.path(text)
}

func (s *Setting) ruleExample() string {
	switch s.Flag {
	case "claim":
		return "corp=infra-*"
	case "trust":
		return "corp=KEY"
	}
	return "corp"
}
