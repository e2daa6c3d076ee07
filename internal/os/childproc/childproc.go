// Package childproc runs child processes as [pack.Runner] demands: exact
// arguments and environment, bounded output, and nothing left running.
//
// A child leads a session of its own. When it has to end, its process group is
// asked to (SIGTERM), and after a grace period everything it started is killed.
// On Linux that includes descendants that left the session: each inherits a
// variable, [TagVariable], and a mark in an unused resource limit, and either is
// enough to find it in /proc; and the child dies with the host. Not reached are a
// descendant that leaves the session, clears its environment and lowers that limit,
// one that runs as another user, and, when the host itself is killed, the
// grandchildren. Hosts that need more supply a Runner that uses containers. On other
// Unix systems only the process group is killed, elsewhere only the child.
package childproc

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/packtrain/pack"
)

// TagVariable is the one variable that a child gets beside those of its
// command. Its value is different for each run.
const TagVariable = "PACKTRAIN_RUN"

// Options are optional settings of a [Runner]. Zero fields mean the defaults.
type Options struct {
	// HeadBytes and TailBytes are how much of the beginning and of the end of
	// each output stream is kept: 64 KiB and 192 KiB by default.
	HeadBytes, TailBytes int
	// Grace is how long a child that was asked to end may go on, and how long
	// an output stream may stay open after the child ended: 500 ms by default.
	Grace time.Duration
}

// A Runner runs child processes of the host. It is safe for concurrent use.
type Runner struct {
	opts Options
}

var _ pack.Runner = (*Runner)(nil)

// New returns a Runner; nil options are the defaults.
func New(opts *Options) *Runner {
	o := Options{HeadBytes: 64 << 10, TailBytes: 192 << 10, Grace: 500 * time.Millisecond}
	if opts != nil {
		o.HeadBytes = orDefault(opts.HeadBytes, o.HeadBytes)
		o.TailBytes = orDefault(opts.TailBytes, o.TailBytes)
		o.Grace = orDefault(opts.Grace, o.Grace)
	}
	return &Runner{opts: o}
}

func orDefault[T int | time.Duration](v, def T) T {
	if v > 0 {
		return v
	}
	return def
}

// A Setup changes how a child is started. The zero value changes nothing.
type Setup struct {
	// Command names the command in errors; "": its path.
	Command string
	// Files are the descriptors of the child from 3 on.
	Files []*os.File
	// Attributes changes the attributes of the process; nil: no change.
	Attributes func(*syscall.SysProcAttr)
	// Started is called when the child is about to run its first instruction, except
	// where the system does not allow holding it: then it may have run some. nil: it is
	// not called.
	Started func(pid int)
}

// Run implements [pack.Runner]. Processes that the child left running are always
// killed, even when the child itself succeeded.
func (r *Runner) Run(ctx context.Context, c pack.Command) (pack.Result, error) {
	return r.RunWith(ctx, c, Setup{})
}

// RunWith is Run with a changed start.
func (r *Runner) RunWith(ctx context.Context, c pack.Command, setup Setup) (pack.Result, error) {
	if err := check(c); err != nil {
		return pack.Result{ExitCode: -1}, err
	}
	if c.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, c.Timeout, fmt.Errorf("no end after %v", c.Timeout))
		defer cancel()
	}
	// A child that dies with its parent dies with the thread that started it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	start := time.Now()
	child, err := r.start(ctx, c, setup)
	if err != nil {
		return pack.Result{ExitCode: -1}, startError(ctx, c, setup, err)
	}
	child.begin(c.Limits, setup.Started)
	err = child.cmd.Wait()
	left := killTree(child.cmd.Process.Pid, child.tag, child.mark)
	return child.result(time.Since(start)), child.failure(ctx, err, left)
}

// busyAttempts is the number of attempts to start a program that is open for
// writing, with pauses that double from one millisecond on.
const busyAttempts = 8

// start starts the child. A program that was just written may be open for
// writing in another child yet, between its fork and its exec
// (https://go.dev/issue/22315): that takes no more than a moment.
func (r *Runner) start(ctx context.Context, c pack.Command, setup Setup) (*child, error) {
	held := true
	for attempt := 1; ; attempt++ {
		child := r.child(ctx, c, setup)
		child.held = held && hold(child.cmd.SysProcAttr)
		err := child.cmd.Start()
		if child.held && errors.Is(err, syscall.EPERM) {
			held = false // some systems forbid it
			continue
		}
		if err == nil || attempt == busyAttempts || !errors.Is(err, syscall.ETXTBSY) {
			return child, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(time.Millisecond << attempt):
		}
	}
}

func check(c pack.Command) error {
	if !filepath.IsAbs(c.Path) {
		return pack.Errorf(pack.CodeInvalidRequest, "run %q: the program's path must be absolute", c.Path)
	}
	if c.Dir == "" {
		return pack.Errorf(pack.CodeInvalidRequest, "run %q: a working directory is required", c.Path)
	}
	return nil
}

func startError(ctx context.Context, c pack.Command, setup Setup, err error) error {
	code := pack.CodeIO
	switch {
	case ctx.Err() != nil:
		code, err = pack.CodeOf(ctx.Err()), context.Cause(ctx)
	case errors.Is(err, fs.ErrNotExist):
		code = pack.CodeNotFound
	}
	return pack.Errorf(code, "start %q in %q: %w", cmp.Or(setup.Command, c.Path), c.Dir, err)
}

// A child is one process that runs or ran.
type child struct {
	name           string // of the command, in errors
	cmd            *exec.Cmd
	held           bool // it waits for being released
	tag            string
	mark           uint64
	stdout, stderr *output
	interrupted    bool // it was asked to end
}

// begin applies the limits and lets the child run.
func (c *child) begin(limits pack.CommandLimits, started func(pid int)) {
	pid := c.cmd.Process.Pid
	if c.held {
		awaitStop(pid)
	}
	if started != nil {
		started(pid)
	}
	limit(pid, limits, c.mark)
	if c.held {
		release(pid)
	}
}

func (r *Runner) child(ctx context.Context, c pack.Command, setup Setup) *child {
	head, tail := r.opts.HeadBytes, r.opts.TailBytes
	if n := c.Limits.OutputBytes; n != 0 {
		head, tail = split(n)
	}
	ch := &child{
		name:   cmp.Or(setup.Command, c.Path),
		cmd:    exec.CommandContext(ctx, c.Path, c.Args...),
		tag:    TagVariable + "=" + rand.Text(),
		mark:   newMark(),
		stdout: &output{headMax: head, tailMax: tail, also: c.Stdout},
		stderr: &output{headMax: head, tailMax: tail, also: c.Stderr},
	}
	ch.cmd.Dir = c.Dir
	ch.cmd.Env = append(append([]string{}, c.Env...), ch.tag)
	ch.cmd.Stdin, ch.cmd.Stdout, ch.cmd.Stderr = c.Stdin, ch.stdout, ch.stderr
	ch.cmd.ExtraFiles = closed(setup.Files)
	ch.cmd.SysProcAttr = attributes()
	if setup.Attributes != nil {
		setup.Attributes(ch.cmd.SysProcAttr)
	}
	ch.cmd.WaitDelay = r.opts.Grace
	ch.cmd.Cancel = func() error {
		ch.interrupted = true
		return terminate(ch.cmd.Process)
	}
	return ch
}

// split divides what is kept of an output stream: most of it is the end, where
// failures are explained. All of it fits in the head when there is no limit.
func split(n int) (head, tail int) {
	if n < 0 {
		return math.MaxInt, 0
	}
	return n / 4, n - n/4
}

func (c *child) result(d time.Duration) pack.Result {
	return pack.Result{
		ExitCode:  c.cmd.ProcessState.ExitCode(),
		Signal:    signalName(c.cmd.ProcessState),
		Stdout:    c.stdout.bytes(),
		Stderr:    c.stderr.bytes(),
		Duration:  d,
		Isolation: pack.IsolationNone,
	}
}

// failure says why the run failed. An exit status is not a failure of the run,
// and neither are output streams that stayed open: the processes that held them
// were killed.
func (c *child) failure(ctx context.Context, waitErr error, left int) error {
	path := c.name
	if left > 0 {
		return pack.Errorf(pack.CodeIO, "run %q: %d processes it started cannot be killed", path, left)
	}
	if c.interrupted {
		return pack.Errorf(pack.CodeOf(ctx.Err()), "run %q: %w", path, context.Cause(ctx))
	}
	if _, exited := errors.AsType[*exec.ExitError](waitErr); waitErr != nil && !exited && !errors.Is(waitErr, exec.ErrWaitDelay) {
		return pack.Errorf(pack.CodeIO, "run %q: %w", path, waitErr)
	}
	if err := errors.Join(c.stdout.failure(), c.stderr.failure()); err != nil {
		return pack.Errorf(pack.CodeIO, "pass on the output of %q: %w", path, err)
	}
	return nil
}
