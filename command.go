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
	// Access is what the child needs to reach. A Runner that isolates children
	// grants exactly that; one that cannot ignores it.
	Access Access
	// Limits bound what the child uses.
	Limits CommandLimits
}

// An Access lists the resources that a [Command] needs, besides its program and the
// programs and libraries of the system. The zero value is nothing.
type Access struct {
	// Read are the absolute paths of files and directories that it reads, Write of
	// those that it changes too. Two commands that run at a time do not write to the
	// same path.
	Read, Write []string
	// Temporary are empty directories of which the command alone makes use: a Runner
	// may put others in their place, of a limited size, that are gone afterwards.
	Temporary []string
	// Cache are directories that several commands share and that may be deleted at any
	// time: a Runner may put others in their place, which it keeps.
	Cache []string
	// Network says that it opens connections.
	Network bool
}

// CommandLimits bound what a [Command] and everything it starts use. Zero means the
// default of the Runner, a negative value no limit. A Runner enforces those it can:
// its documentation says which.
type CommandLimits struct {
	MemoryBytes int64 // of all processes together
	Processes   int   // at a time
	FileBytes   int64 // of the largest file that is written
	DiskBytes   int64 // of all files in Access.Temporary that are written together
	// OutputBytes is how much of each output stream [Result] keeps.
	OutputBytes int
}

// An Isolation is how well the host was kept from a child. The zero value means that
// the Runner does not say; it counts as IsolationNone.
type Isolation string

// The levels of isolation, the weakest first.
const (
	// IsolationNone: the child has all rights of its user, and what it left running may
	// have survived it.
	IsolationNone Isolation = "none"
	// IsolationContained: the child has all rights of its user, but everything that it
	// started has ended with it.
	IsolationContained Isolation = "contained"
	// IsolationSandbox: the child reaches only what its [Access] names, and everything
	// that it started has ended with it.
	IsolationSandbox Isolation = "sandbox"
)

// AtLeast reports whether i is the level other or a better one. Unknown levels, and "",
// count as IsolationNone.
func (i Isolation) AtLeast(other Isolation) bool { return i.rank() >= other.rank() }

func (i Isolation) rank() int {
	switch i {
	case IsolationSandbox:
		return 2
	case IsolationContained:
		return 1
	case IsolationNone:
	}
	return 0
}

// A Result is the result of a finished child process.
type Result struct {
	// ExitCode is the exit status; -1 when the child was ended by a signal.
	ExitCode int
	// Signal names the signal that ended the child, "" when none did.
	Signal string
	// Stdout and Stderr hold the head and the tail of the output; what was
	// left out in between is replaced by a line that says how much.
	Stdout, Stderr []byte
	Duration       time.Duration
	// Isolation is the level that was reached, and Shortfall why it is not a better
	// one, "" at the best.
	Isolation Isolation
	Shortfall string
	// Enforced lists the limits that held, each with what enforced it, such as "memory
	// (cgroup)".
	Enforced []string
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
