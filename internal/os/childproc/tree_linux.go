package childproc

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"os"
	"slices"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/packtrain/pack"
)

func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
}

// closed returns files with as many nil ones after them as are needed to close in the
// child every descriptor of the host that lacks the close-on-exec flag.
func closed(files []*os.File) []*os.File {
	highest := 2
	for _, fd := range numbers("/proc/self/fd") {
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil && flags&unix.FD_CLOEXEC == 0 {
			highest = max(highest, fd)
		}
	}
	return append(slices.Clone(files), make([]*os.File, max(0, highest-2-len(files)))...)
}

// hold asks the system to stop the child before its first instruction, so that limits
// hold from the beginning.
func hold(a *syscall.SysProcAttr) bool {
	a.Ptrace = true
	return true
}

// awaitStop waits until the child has stopped, or ended. Its status stays to be read.
func awaitStop(pid int) {
	for {
		err := unix.Waitid(unix.P_PID, pid, nil, unix.WSTOPPED|unix.WEXITED|unix.WNOWAIT, nil)
		if err != unix.EINTR {
			return
		}
	}
}

// release lets a stopped child run. The thread has to be the one that started it.
func release(pid int) { _ = syscall.PtraceDetach(pid) } // it may have been killed

// limit forbids core files, which would hold the child's secrets, limits the size of
// files, and marks the child.
func limit(pid int, limits pack.CommandLimits, mark uint64) {
	_ = unix.Prlimit(pid, unix.RLIMIT_CORE, &unix.Rlimit{}, nil) // the child may be gone
	_ = unix.Prlimit(pid, unix.RLIMIT_LOCKS, &unix.Rlimit{Cur: mark, Max: mark}, nil)
	if n := limits.FileBytes; n > 0 {
		_ = unix.Prlimit(pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: uint64(n), Max: uint64(n)}, nil) // as above
	}
}

// killTree kills the process group of pid and every process with the tag or the mark,
// and returns how many do not die.
func killTree(pid int, tag string, mark uint64) int {
	killGroup(pid)
	o := origin{[]byte(tag), mark}
	deadline := time.Now().Add(time.Second)
	// A process that is just starting a program shows no environment for an
	// instant: so two passes in a row must find nothing.
	left, clean := 0, 0
	for clean < 2 && time.Now().Before(deadline) {
		if left = o.kill(); left > 0 {
			clean = 0
		} else {
			clean++
		}
		<-time.After(time.Millisecond) // killed processes need a moment to exit
	}
	return left
}

// newMark returns the value of a resource limit that the descendants of a child inherit.
// Linux does not use the limit on the number of file locks. A process can lower it, but
// no program does.
func newMark() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // it never fails
	return 1<<62 | binary.NativeEndian.Uint64(b[:])>>2
}

// An origin tells the processes of one child from all others.
type origin struct {
	tag  []byte
	mark uint64
}

// kill kills the processes of the origin and returns how many there were.
func (o origin) kill() int {
	n := 0
	for _, pid := range numbers("/proc") {
		if o.of(pid) && o.killIfStill(pid) {
			n++
		}
	}
	return n
}

// killIfStill checks the process again once it holds it, because its number may
// have been reused.
func (o origin) killIfStill(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	defer func() { _ = p.Release() }()
	return o.of(pid) && p.Kill() == nil
}

// of reports whether a process has the mark, or the tag in its environment. Those of a
// process of another user cannot be read.
func (o origin) of(pid int) bool {
	var limit unix.Rlimit
	if unix.Prlimit(pid, unix.RLIMIT_LOCKS, nil, &limit) == nil && limit.Max == o.mark {
		return alive(pid)
	}
	env, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
	return err == nil && bytes.Contains(env, o.tag)
}

// alive reports whether a process runs: one that ended keeps its limits until its parent
// takes note of that.
func alive(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	// The name before the state may hold anything, see proc_pid_stat(5).
	_, state, ok := bytes.Cut(stat[bytes.LastIndexByte(stat, ')')+1:], []byte(" "))
	return err == nil && ok && !bytes.ContainsAny(state[:min(1, len(state))], "ZX")
}

// numbers returns the names in dir that are numbers, as far as they can be read.
func numbers(dir string) []int {
	d, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer func() { _ = d.Close() }()
	names, _ := d.Readdirnames(-1)
	var ns []int
	for _, name := range names {
		if n, err := strconv.Atoi(name); err == nil {
			ns = append(ns, n)
		}
	}
	return ns
}
