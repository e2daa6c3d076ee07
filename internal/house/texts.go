package house

import (
	"bytes"
	"fmt"
	"regexp"
)

// A word must not stand in any file. Words are put together from parts, or this
// file would break its own rule.
type word struct{ text, why string }

func words() []word {
	const (
		host    = "the tree names no package registry: that is the user's configuration"
		machine = "the tree knows no machine"
		later   = "what is there works; what is not there is an issue"
	)
	return []word{
		{"py" + "pi.org", host},
		{"python" + "hosted.org", host},
		{"registry." + "npmjs", host},
		{"proxy." + "golang.org", host},
		{"sum." + "golang.org", host},
		{"deb." + "debian.org", host},
		{"/wo" + "rk/", machine},
		{"/ro" + "ot/", machine},
		{"/home/" + "runner", machine},
		{"TO" + "DO", later},
		{"FIX" + "ME", later},
		{"XX" + "X:", later},
		{"Co-authored" + "-by", "authors are in the history"},
	}
}

// phrases returns an expression for phrases that do not read as plain English. It
// matches whole words in any case.
func phrases() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(?:is n` + `o\b|no` + `body\b|some` + `body\b|any` + `body\b|who` + `ever\b|to be h` + `ad\b|beh` + `ind ")`)
}

// exceptions returns an expression for plain uses of the phrases.
func exceptions() *regexp.Regexp {
	return regexp.MustCompile(`(?i:\bthere is n` + `o\b|\bis n` + `o longer\b|\bis n` + `o more than\b)|\bhttp\.No` + `Body\b`)
}

// checkEnglish refuses the phrases line by line.
func (t *Tree) checkEnglish() []Violation {
	var vs []Violation
	phrases, exceptions := phrases(), exceptions()
	for _, x := range t.texts {
		for i, line := range bytes.Split(x.content, []byte("\n")) {
			if found := phrases.Find(exceptions.ReplaceAll(line, nil)); found != nil {
				vs = append(vs, violation(fmt.Sprintf("%s:%d", x.name, i+1), "says %q: plain English, see CONTRIBUTING.md", found))
			}
		}
	}
	return vs
}

func (t *Tree) checkTexts() []Violation {
	var vs []Violation
	for _, x := range t.texts {
		for _, w := range words() {
			if i := bytes.Index(x.content, []byte(w.text)); i >= 0 {
				line := 1 + bytes.Count(x.content[:i], []byte("\n"))
				vs = append(vs, violation(fmt.Sprintf("%s:%d", x.name, line), "says %q: %s", w.text, w.why))
			}
		}
	}
	return vs
}
