package pack

import (
	"context"
	"io"
	"time"
)

// A Command is one child process: an argument vector, never a shell line.
type Command struct {
	// Path is the absolute path of the program; Args are its arguments,
	// without the program's own name.
	Path string
	Args []string
	// Dir is the working directory; required.
	Dir string
	// Env is the whole environment, "NAME=value" each. Nothing is inherited;
	// empty means an empty environment.
	Env []string
	// Stdin is what the child reads; nil means end of file at once.
	Stdin io.Reader
	// Stdout and Stderr, when not nil, receive the output as it comes, in
	// addition to what Result keeps. Each is called from one goroutine.
	Stdout, Stderr io.Writer
	// Timeout ends the child and everything it started. Zero means no limit
	// beyond the context's.
	Timeout time.Duration
}

// A Result is what is left of a finished child process.
type Result struct {
	// ExitCode is the exit status; -1 when the child was ended by a signal.
	ExitCode int
	// Signal names the signal that ended the child, "" when none did.
	Signal string
	// Stdout and Stderr hold the head and the tail of the output; what was
	// left out in between is replaced by a line that says how much.
	Stdout, Stderr []byte
	Duration       time.Duration
}

// A Runner starts child processes. Hosts supply their own to run children in a
// sandbox, or a fake in tests.
//
// Run waits for the child. A child that ran and failed is not an error: see
// Result.ExitCode. Errors are: the program could not be started; the timeout
// passed (matches [context.DeadlineExceeded]); ctx was cancelled. In each of
// these cases no process that the child started survives the return, and
// Result holds what is known. Run is safe for concurrent use.
type Runner interface {
	Run(ctx context.Context, c Command) (Result, error)
}
