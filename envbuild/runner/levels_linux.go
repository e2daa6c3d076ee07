package runner

import (
	"context"
	"os"
	"syscall"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/childproc"
)

// runAt runs a command at a level.
func (r *Runner) runAt(ctx context.Context, level pack.Isolation, c pack.Command) (pack.Result, error) {
	limits := newLimiter(c.Limits, level)
	defer limits.remove()
	run := r.plain
	switch level {
	case pack.IsolationSandbox:
		run = r.sandboxed
	case pack.IsolationContained:
		run = r.contained
	case pack.IsolationNone:
	}
	res, err := run(ctx, c, limits)
	res.Isolation, res.Enforced = level, append(limits.enforced, res.Enforced...)
	return res, err
}

func (r *Runner) plain(ctx context.Context, c pack.Command, limits *limiter) (pack.Result, error) {
	return r.procs.RunWith(ctx, c, childproc.Setup{Started: limits.started})
}

// contained runs a command as the first process of namespaces of its own: when it ends,
// the kernel kills all others.
func (r *Runner) contained(ctx context.Context, c pack.Command, limits *limiter) (pack.Result, error) {
	return r.procs.RunWith(ctx, c, childproc.Setup{Started: limits.started, Attributes: func(a *syscall.SysProcAttr) {
		a.Cloneflags |= syscall.CLONE_NEWUSER | syscall.CLONE_NEWPID | syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS
		a.UidMappings = same(os.Getuid())
		a.GidMappings = same(os.Getgid())
	}})
}

// same maps IDs to themselves.
func same(ids ...int) []syscall.SysProcIDMap {
	var m []syscall.SysProcIDMap
	for _, id := range ids {
		m = append(m, syscall.SysProcIDMap{ContainerID: id, HostID: id, Size: 1})
	}
	return m
}
