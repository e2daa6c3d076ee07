package conformance_test

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// A story runs the examples of the document, one after the other.
type story struct {
	t      *testing.T
	place  *place
	output string // of the last example
	used   bool   // whether the document has shown the output
}

// TestDocument runs every example. A block of type sh is run by a shell; one of
// type json, http or text is what it printed.
func TestDocument(t *testing.T) {
	t.Parallel()
	_, blocks := readDocument(t)
	s := &story{t: t, place: newPlace(t), used: true}
	for _, b := range blocks {
		s.show(b)
		if t.Failed() {
			return // what follows depends on it
		}
	}
}

func (s *story) show(b block) {
	s.t.Helper()
	want := b.text
	var diff string
	switch b.language {
	case "sh":
		s.run(b)
		return
	case "go":
		s.compiled(b)
		return
	case "json":
		diff = matchJSON(want, s.output)
	case "http":
		diff = matchHTTP(want, s.output)
	case "text":
		if !matchText(strings.ReplaceAll(want, left+"\n", left), s.output) {
			diff = "other text"
		}
	default:
		diff = "blocks of this type cannot be tested"
	}
	if s.used {
		diff = "no example stands before it"
	}
	s.used = true
	if diff != "" {
		s.t.Errorf("%s:%d: %s\nwant\n%s\ngot\n%s", document, b.line, diff, want, s.output)
	}
}

// run runs an example in the environment that the earlier ones left.
func (s *story) run(b block) {
	s.t.Helper()
	state := s.place.file("state")
	script := "set -eua\n[ ! -e " + state + " ] || . " + state + "\n" + s.place.real(b.text) + "\nexport -p >" + state + "\n"
	cmd := exec.CommandContext(s.t.Context(), "sh", "-c", script)
	var stdout, stderr bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = s.place.home, s.place.env(), &stdout, &stderr
	err := cmd.Run()
	s.output, s.used = s.place.documented(stdout.String()), false
	if err != nil {
		s.t.Fatalf("%s:%d: %v\n%s\n%s\n%s", document, b.line, err, b.text, s.output, stderr.String())
	}
	if _, err := os.Stat(s.place.file("packd.arguments")); err == nil && s.place.url == "" {
		s.place.startPackd()
	}
}
