// Package shebang reads the first lines of scripts, as a kernel does, and starts
// other interpreters in place of those that they name.
package shebang

import (
	"bytes"
	"path"
	"slices"
	"strings"
)

// A Line is the first line of a script, as a kernel reads it. The zero value
// is that of a script without one.
type Line struct {
	Path string // of the interpreter
	Arg  string // all that follows it; "" for nothing
}

// Parse returns the first line of a script, of which head is the beginning;
// the zero value when it has none.
func Parse(head []byte) Line {
	rest, ok := bytes.CutPrefix(head, []byte("#!"))
	if !ok {
		return Line{}
	}
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	text := strings.TrimSpace(string(line))
	if i := strings.IndexAny(text, " \t"); i >= 0 {
		return Line{Path: text[:i], Arg: strings.TrimLeft(text[i:], " \t")}
	}
	return Line{Path: text}
}

// Program returns the program that runs the script, as it is written: a path,
// or the name that the program env looks for in PATH; "" for none.
func (l Line) Program() string {
	if !l.env() {
		return l.Path
	}
	words := strings.Fields(l.Arg)
	if i := envProgram(words); i >= 0 {
		return words[i]
	}
	return ""
}

func (l Line) env() bool { return path.Base(l.Path) == "env" }

// envProgram returns the index of the program among the arguments of env: the
// first that is neither an option nor a variable; -1 for none.
func envProgram(words []string) int {
	return slices.IndexFunc(words, func(w string) bool { return !strings.HasPrefix(w, "-") && !strings.Contains(w, "=") })
}

// Words returns the words that the kernel starts: the program and at most one
// argument.
func (l Line) Words() []string {
	if l.Arg == "" {
		return []string{l.Path}
	}
	return []string{l.Path, l.Arg}
}

// With returns the words that start interpreter instead of the program that
// l names. Arguments of env that only env can read stay as they are; then PATH
// decides.
func (l Line) With(interpreter string) []string {
	switch {
	case l.Path == "":
		return []string{interpreter}
	case !l.env():
		return Line{Path: interpreter, Arg: l.Arg}.Words()
	}
	words := strings.Fields(l.Arg)
	if len(words) > 1 && words[0] == "-S" {
		words = words[1:]
	}
	i := envProgram(words)
	if i < 0 || strings.HasPrefix(words[0], "-") || strings.ContainsAny(l.Arg, `"'\$#`) {
		return l.Words()
	}
	words[i] = interpreter
	if i == 0 {
		return words
	}
	return append([]string{l.Path}, words...)
}
