//go:build unix && !linux

package childproc

import (
	"os"
	"syscall"

	"github.com/packtrain/pack"
)

func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

func closed(files []*os.File) []*os.File { return files }

func limit(int, pack.CommandLimits, uint64) {}

func newMark() uint64 { return 0 }

func killTree(pid int, _ string, _ uint64) int {
	killGroup(pid)
	return 0
}

func hold(*syscall.SysProcAttr) bool { return false }

func awaitStop(int) {}

func release(int) {}
