package packtests

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"github.com/packtrain/pack"
)

// A Shebang is the first line of a script, as a kernel reads it.
type Shebang struct {
	Path string // of the interpreter
	Arg  string // all that follows it; "" for nothing
}

// ParseShebang returns the shebang of a script, of which head is the beginning.
// ok is false when it has none.
func ParseShebang(head []byte) (s Shebang, ok bool) {
	rest, ok := bytes.CutPrefix(head, []byte("#!"))
	if !ok {
		return s, false
	}
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	text := strings.TrimSpace(string(line))
	if i := strings.IndexAny(text, " \t"); i >= 0 {
		return Shebang{Path: text[:i], Arg: strings.TrimLeft(text[i:], " \t")}, true
	}
	return Shebang{Path: text}, text != ""
}

// Env reports whether the interpreter is looked for in PATH, by the program env.
func (s Shebang) Env() bool { return path.Base(s.Path) == "env" }

var (
	pythonProgram = regexp.MustCompile(`^python(\d(\.\d+)?)?$`)
	nodeProgram   = regexp.MustCompile(`^node(js)?$`)
)

// Runtime returns the runtime that the interpreter belongs to, "" for one that
// needs no environment, such as a shell.
func (s Shebang) Runtime() string {
	program := path.Base(s.Path)
	if s.Env() {
		program = s.envProgram()
	}
	switch {
	case pythonProgram.MatchString(program):
		return pack.RuntimePython
	case nodeProgram.MatchString(program):
		return pack.RuntimeNode
	}
	return ""
}

// envProgram returns the program that env starts: the first of its arguments
// that is neither an option nor a variable.
func (s Shebang) envProgram() string {
	for _, word := range strings.Fields(s.Arg) {
		if !strings.HasPrefix(word, "-") && !strings.Contains(word, "=") {
			return path.Base(word)
		}
	}
	return ""
}
