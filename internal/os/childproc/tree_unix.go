//go:build unix && !linux

package childproc

import (
	"os"
	"syscall"
)

func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

func closed() []*os.File { return nil }

func limitCore(int) {}

func killTree(pid int, _ string) int {
	killGroup(pid)
	return 0
}
