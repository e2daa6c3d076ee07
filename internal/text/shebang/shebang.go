// Package shebang reads the first lines of scripts, as a kernel does, and starts
// other interpreters in place of those that they name.
package shebang

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
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

// A Reason says why nothing can start a script by its first line.
type Reason string

// The reasons.
const (
	Mark        Reason = "byte_order_mark" // before the "#!"
	LineEnds    Reason = "line_ends"       // of Windows, which shells read as part of words
	Interpreter Reason = "interpreter"     // none is named, or not by an absolute path
)

// A Fault says why nothing can start a script by its first line.
type Fault struct {
	Reason  Reason
	Message string
}

// Error returns the message.
func (f *Fault) Error() string { return f.Message }

// A Start says what starts a script that has no first line.
type Start int

// What starts a script without a first line.
const (
	ByProgram Start = iota // a program that reads any text
	ByShell
	BySystem // which takes a program, but no text
)

// Judge returns why nothing can start the script with this beginning; nil when
// its first line, or without one what `by` says, can.
func Judge(head []byte, by Start) *Fault {
	inShell := by == ByShell
	text, marked := bytes.CutPrefix(head, []byte("\xef\xbb\xbf"))
	hasLine := bytes.HasPrefix(text, []byte("#!"))
	first, _, _ := bytes.Cut(text, []byte("\n"))
	l := Parse(text)
	switch {
	case marked && (hasLine || inShell):
		return &Fault{Mark, "a byte order mark comes before its first line, which is then not seen; save the file as UTF-8 without one"}
	case hasLine && bytes.HasSuffix(first, []byte("\r")), (isShell(l.Program()) || inShell && !hasLine) && endsOnWindows(text):
		return &Fault{LineEnds, "its lines end as on Windows (CRLF), which becomes part of the interpreter's name and of commands; save the file with Unix line ends (LF)"}
	case hasLine && l.Path == "":
		return &Fault{Interpreter, "its first line names no interpreter; write one such as #!/bin/sh"}
	case hasLine && l.Path[0] != '/':
		return &Fault{Interpreter, "the interpreter in its first line is not an absolute path; write one such as #!/usr/bin/env bash"}
	case hasLine && l.Program() == "":
		return &Fault{Interpreter, "its first line does not say which program env has to start; write one such as #!/usr/bin/env bash"}
	case by == BySystem && !hasLine && isText(text):
		return &Fault{Interpreter, "it is a text without a first line that names its interpreter; write one such as #!/usr/bin/env bash"}
	}
	return nil
}

// isText reports whether a file begins as no program of a system does.
func isText(head []byte) bool {
	isControl := func(r rune) bool { return r < ' ' && !unicode.IsSpace(r) || r == 0x7f || r == utf8.RuneError }
	return len(head) > 0 && !bytes.ContainsFunc(head, isControl)
}

// endsOnWindows reports whether most lines end as on Windows. Single ones may be
// part of what a script prints.
func endsOnWindows(text []byte) bool {
	return 2*bytes.Count(text, []byte("\r\n")) > bytes.Count(text, []byte("\n"))
}

func isShell(program string) bool {
	name := path.Base(program)
	return slices.Contains([]string{"sh", "bash", "dash", "ash", "ksh", "mksh", "zsh"}, name)
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
