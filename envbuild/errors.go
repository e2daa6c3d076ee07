package envbuild

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/packtrain/pack"
)

// A CommandError says that a tool failed to build an environment, or did not
// end in time. It matches [pack.ErrBuild], unless it was cancelled or took too
// long: then it matches that context error. Credentials of the host's
// configuration are replaced by "****" throughout.
type CommandError struct {
	// Command is the program and its arguments.
	Command []string
	// ExitCode is its exit status, -1 when it was ended by Signal, or did not
	// start.
	ExitCode int
	Signal   string
	// Tail is the end of its output as written, apart from those credentials: at
	// most 8 KiB of standard error, or of standard output when standard error was
	// empty.
	Tail string
	// Err is the reason that it did not finish; nil if it did.
	Err error

	output string // all of it, without credentials
	// refusal is why the policy refused a server, and unreachable why another one was not
	// reached; nil if that did not happen.
	refusal, unreachable error
}

const tailSize = 8 << 10

// Error names the program, how it ended, and the end of its output.
func (e *CommandError) Error() string {
	s := fmt.Sprintf("run %s: %s", e.name(), e.cause())
	if words := lastWords(e.Tail); words != "" {
		s += ": " + words
	}
	return s
}

// name returns the program without its directory, and its module or script.
func (e *CommandError) name() string {
	name := filepath.Base(e.Command[0])
	if i := slices.Index(e.Command, "-m"); i > 0 && i+1 < len(e.Command) {
		return name + " -m " + e.Command[i+1]
	}
	if len(e.Command) > 1 && filepath.IsAbs(e.Command[1]) {
		return name + " " + filepath.Base(e.Command[1])
	}
	return name
}

func (e *CommandError) cause() string {
	switch {
	case e.Err != nil:
		return e.Err.Error()
	case e.Signal != "":
		return "ended by " + e.Signal
	}
	return fmt.Sprintf("exit status %d", e.ExitCode)
}

// Unwrap returns the cause, or [pack.ErrBuild] when the tool itself failed.
func (e *CommandError) Unwrap() error {
	if e.Err != nil {
		return e.Err
	}
	return pack.ErrBuild
}

// ErrorCode implements [pack.Coder].
func (e *CommandError) ErrorCode() pack.Code {
	if e.Err != nil {
		return pack.CodeOf(e.Err)
	}
	return pack.CodeBuildFailed
}

var errorLine = regexp.MustCompile(`(?i)^(?:npm )?error\b`)

// lastWords returns, in one line and without control characters, the first lines
// of text that are marked as errors, and the line about a lost connection, if any;
// without such lines, the last lines of text.
func lastWords(text string) string {
	var lines, errs []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(printable(line))
		if errorLine.MatchString(line) {
			errs = append(errs, line)
		}
		if line != "" {
			lines = append(lines, line)
		}
	}
	words := strings.Join(lines[max(0, len(lines)-4):], "; ")
	if len(errs) > 0 {
		words = strings.Join(append(errs[:min(4, len(errs))], lostConnection(lines)...), "; ")
	}
	if len(words) > 1000 {
		words = strings.ToValidUTF8(words[:1000], "") + "..."
	}
	return words
}

// lostConnection returns the last line that reports a broken connection: pip only
// warns about it, and then claims that the package does not exist.
func lostConnection(lines []string) []string {
	for _, line := range slices.Backward(lines) {
		if strings.Contains(line, "connection broken by") {
			return []string{line}
		}
	}
	return nil
}

func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsGraphic(r) && r != unicode.ReplacementChar:
			return r
		}
		return -1
	}, text)
}
