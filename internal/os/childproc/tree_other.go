//go:build !unix

package childproc

import (
	"os"
	"syscall"

	"github.com/packtrain/pack"
)

func attributes() *syscall.SysProcAttr { return nil }

func closed(files []*os.File) []*os.File { return files }

func limit(int, pack.CommandLimits, uint64) {}

func newMark() uint64 { return 0 }

func terminate(p *os.Process) error { return p.Kill() }

func killTree(int, string, uint64) int { return 0 }

func signalName(*os.ProcessState) string { return "" }

func hold(*syscall.SysProcAttr) bool { return false }

func awaitStop(int) {}

func release(int) {}
