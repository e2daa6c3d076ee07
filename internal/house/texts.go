package house

import (
	"bytes"
	"fmt"
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
