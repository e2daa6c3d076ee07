//go:build unix

package pgtest_test

import (
	"os"
	"syscall"
)

// suspend stops a process, and resume lets it continue.
func suspend(p *os.Process) { _ = p.Signal(syscall.SIGSTOP) }
func resume(p *os.Process)  { _ = p.Signal(syscall.SIGCONT) }
