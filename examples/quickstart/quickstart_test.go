package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

func TestSecondRunHasNothingToDo(t *testing.T) {
	t.Parallel()
	if err := checkPrerequisites(t.Context()); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	root := t.TempDir()
	first, second := output(t, root), output(t, root)
	for _, want := range []string{
		"hello@1.2.0       installed, tests passed (1 of 1)\n",
		"wordcount@0.3.0   installed, tests passed (1 of 1), Python 3",
		"slugs@2.0.1       installed, Node.js v",
		"report@0.1.0      installed",
		"hello.greet      Hello, Ada!",
		`wordcount.count  {"distinct":8,"words":9}`,
		"slugs.make       packs-trains-tracks",
		"* build: all is well\n                   * deploy: all is well",
	} {
		if !strings.Contains(first, want) {
			t.Errorf("the first run does not print %q:\n%s", want, first)
		}
	}
	if n := strings.Count(second, " unchanged"); n < 4 {
		t.Errorf("the second run calls %d packs unchanged, want 4:\n%s", n, second)
	}
	if want := ": 0 archives downloaded, 0 processes started"; !strings.Contains(second, want) {
		t.Errorf("the second run does not print %q:\n%s", want, second)
	}
}

func output(t *testing.T, root string) string {
	t.Helper()
	var out bytes.Buffer
	if err := run(t.Context(), &out, root); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	return out.String()
}
