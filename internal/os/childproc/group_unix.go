//go:build unix

package childproc

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// terminate asks the process group of p to end.
func terminate(p *os.Process) error {
	err := syscall.Kill(-p.Pid, syscall.SIGTERM)
	if errors.Is(err, syscall.ESRCH) {
		return os.ErrProcessDone
	}
	return err
}

func killGroup(pid int) {
	_ = syscall.Kill(-pid, syscall.SIGKILL) // usually nothing is left of it
}

// signalName returns the name of the signal that ended a process, such as
// "SIGKILL", or "".
func signalName(s *os.ProcessState) string {
	ws, ok := s.Sys().(syscall.WaitStatus)
	if !ok || !ws.Signaled() {
		return ""
	}
	return unix.SignalName(ws.Signal())
}
