package runner

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"github.com/packtrain/pack"
)

// A limiter enforces the limits of one child.
type limiter struct {
	limits   pack.CommandLimits
	level    pack.Isolation
	groups   []*cgroup
	enforced []string
}

// newLimiter makes the control groups of a child.
func newLimiter(limits pack.CommandLimits, level pack.Isolation) *limiter {
	l := &limiter{limits: limits, level: level}
	if limits.FileBytes > 0 {
		l.enforced = append(l.enforced, "file size (resource limit)")
	}
	for _, want := range l.wanted() {
		if group := newCgroup(want.controller, want.value); group != nil {
			l.groups = append(l.groups, group)
			l.enforced = append(l.enforced, want.name+" (control group)")
		} else if want.fallback {
			l.enforced = append(l.enforced, want.name+" (resource limit)")
		}
	}
	return l
}

// A wanted limit is one that a control group or a resource limit enforces.
type wanted struct {
	name, controller string
	value            int64
	fallback         bool // there is a resource limit
}

func (l *limiter) wanted() []wanted {
	var w []wanted
	if n := l.limits.MemoryBytes; n > 0 {
		w = append(w, wanted{"memory", "memory", n, true})
	}
	if n := l.limits.Processes; n > 0 {
		w = append(w, wanted{"processes", "pids", int64(n), l.ownProcesses()})
	}
	return w
}

// ownProcesses reports whether a resource limit can bound the processes: outside of a user
// namespace those of the whole user would count, and those of root are not limited.
func (l *limiter) ownProcesses() bool {
	return l.level == pack.IsolationContained && os.Getuid() != 0 || l.level == pack.IsolationSandbox && prlimit() != ""
}

// prlimit returns the path of the program that limits the processes in a sandbox, "" for
// none.
func prlimit() string {
	path, err := first("/usr/bin/prlimit", "/bin/prlimit")
	if err != nil {
		return ""
	}
	return path
}

// inside returns the command line that starts a program in a sandbox with those limits
// that can be set only there.
func (l *limiter) inside(program []string) []string {
	if l.limits.Processes <= 0 || l.grouped("pids") || prlimit() == "" {
		return program
	}
	return append([]string{prlimit(), fmt.Sprintf("--nproc=%d", l.limits.Processes), "--"}, program...)
}

// started limits the process that was just started.
func (l *limiter) started(pid int) {
	for _, g := range l.groups {
		g.add(pid)
	}
	if l.limits.MemoryBytes > 0 && !l.grouped("memory") {
		setLimit(pid, unix.RLIMIT_DATA, l.limits.MemoryBytes)
	}
	if l.limits.Processes > 0 && !l.grouped("pids") && l.level == pack.IsolationContained {
		setLimit(pid, unix.RLIMIT_NPROC, int64(l.limits.Processes))
	}
}

func setLimit(pid, resource int, n int64) {
	_ = unix.Prlimit(pid, resource, &unix.Rlimit{Cur: uint64(n), Max: uint64(n)}, nil) // the child may be gone
}

func (l *limiter) grouped(controller string) bool {
	for _, g := range l.groups {
		if g.controller == controller {
			return true
		}
	}
	return false
}

// remove removes the control groups.
func (l *limiter) remove() {
	for _, g := range l.groups {
		g.remove()
	}
}
