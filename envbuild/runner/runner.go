package runner

import (
	"context"
	"sync"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/childproc"
	"github.com/packtrain/pack/internal/os/prefix"
)

// Options are optional settings of a [Runner]. Zero fields mean the defaults.
type Options struct {
	// Level is the level of isolation; "" means the best that works.
	Level pack.Isolation
	// Limits are those of commands that do not state their own. By default 4 GiB of
	// memory, 1024 processes, files of 8 GiB, and 1 GiB in each temporary directory.
	// OutputBytes is ignored here.
	Limits pack.CommandLimits
	// HeadBytes and TailBytes are how much of the beginning and of the end of
	// each output stream is kept: 64 KiB and 192 KiB by default.
	HeadBytes, TailBytes int
	// Grace is how long a child may continue after it was asked to end, and how long
	// an output stream may stay open after the child ended: 500 ms by default.
	Grace time.Duration
	// Bubblewrap is the absolute path of bwrap. "": it is looked for in the directories
	// of the system.
	Bubblewrap string
}

// A Runner starts children at one level of isolation. It is safe for concurrent use.
type Runner struct {
	opts  Options
	procs *childproc.Runner

	mu    sync.Mutex
	known *status // nil: not known yet
}

var _ pack.Runner = (*Runner)(nil)

// New returns a Runner. If options is nil, the defaults apply. It starts nothing: the
// level is found out before the first child starts.
func New(options *Options) *Runner {
	r := &Runner{}
	if options != nil {
		r.opts = *options
	}
	l := &r.opts.Limits
	l.MemoryBytes = orDefault(l.MemoryBytes, 4<<30)
	l.Processes = orDefault(l.Processes, 1024)
	l.FileBytes = orDefault(l.FileBytes, 8<<30)
	l.DiskBytes = orDefault(l.DiskBytes, 1<<30)
	r.procs = childproc.New(&childproc.Options{HeadBytes: r.opts.HeadBytes, TailBytes: r.opts.TailBytes, Grace: r.opts.Grace})
	return r
}

func orDefault[N int | int64](n, def N) N {
	if n == 0 {
		return def
	}
	return n
}

// Run implements [pack.Runner]. If the level of the options does not work on this
// machine, it is a [*LevelError].
func (r *Runner) Run(ctx context.Context, c pack.Command) (pack.Result, error) {
	level, shortfall, err := r.Isolation(ctx)
	if err != nil {
		return pack.Result{ExitCode: -1}, err
	}
	res, err := r.runAt(ctx, level, r.limited(c))
	res.Shortfall = shortfall
	return res, err
}

// Limits returns the limits of commands that do not state their own.
func (r *Runner) Limits() pack.CommandLimits { return r.opts.Limits }

// Installation returns the paths that running a program reads beside the libraries of the
// system, for [pack.Access]: a link, what it leads to, the directories of a Python. The
// path of a command is treated so by itself.
func Installation(program string) []string { return prefix.Of(program) }

// limited returns c with the limits of the options where it has none.
func (r *Runner) limited(c pack.Command) pack.Command {
	l, def := &c.Limits, r.opts.Limits
	l.MemoryBytes = orDefault(l.MemoryBytes, def.MemoryBytes)
	l.Processes = orDefault(l.Processes, def.Processes)
	l.FileBytes = orDefault(l.FileBytes, def.FileBytes)
	l.DiskBytes = orDefault(l.DiskBytes, def.DiskBytes)
	return c
}
