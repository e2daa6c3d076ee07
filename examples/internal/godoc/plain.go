package godoc

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// link is a link to a Go name, as go doc reads it.
var link = regexp.MustCompile(`\[\*?(?:(\w+)\.)?([A-Z]\w*(?:\.[A-Z]\w*)?)\]`)

// plain returns doc for people who do not read Go: links without brackets, those to
// constants of text as their values, and names of fields as JSON has them, and null for nil.
func (s *Sources) plain(src *source, doc string, names map[string]string) string {
	doc = strings.Join(strings.Fields(doc), " ")
	doc = link.ReplaceAllStringFunc(doc, func(found string) string {
		parts := link.FindStringSubmatch(found)
		if text, ok := s.constant(src, parts[1], parts[2]); ok {
			return fmt.Sprintf("%q", text)
		}
		return strings.Trim(found, "[*]")
	})
	return words.ReplaceAllStringFunc(doc, func(word string) string {
		if json, ok := names[word]; ok {
			return json
		}
		if word == "nil" {
			return "null"
		}
		return word
	})
}

var words = regexp.MustCompile(`[\w.]+\b`)

// constant returns the text of a constant of src, or of a package that src imports.
func (s *Sources) constant(src *source, pkg, name string) (string, bool) {
	if pkg != "" {
		other, err := s.of(src.imports[pkg])
		if err != nil {
			return "", false
		}
		src = other
	}
	text, ok := src.consts[name]
	return text, ok
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }
