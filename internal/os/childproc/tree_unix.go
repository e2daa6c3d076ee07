//go:build unix && !linux

package childproc

import (
	"os"
	"syscall"

	"github.com/packtrain/pack"
)

func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

func closed() []*os.File { return nil }

func limit(int, pack.CommandLimits) {}

func killTree(pid int, _ string) int {
	killGroup(pid)
	return 0
}
