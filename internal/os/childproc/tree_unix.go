//go:build unix && !linux

package childproc

import (
	"os"
	"syscall"

	"github.com/packtrain/pack"
)

func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

func closed(files []*os.File) []*os.File { return files }

func limit(int, pack.CommandLimits) {}

func killTree(pid int, _ string) int {
	killGroup(pid)
	return 0
}

func hold(*syscall.SysProcAttr) bool { return false }

func awaitStop(int) {}

func release(int) {}
