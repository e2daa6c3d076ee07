//go:build !unix

package childproc

import (
	"os"
	"syscall"

	"github.com/packtrain/pack"
)

func attributes() *syscall.SysProcAttr { return nil }

func closed() []*os.File { return nil }

func limit(int, pack.CommandLimits) {}

func terminate(p *os.Process) error { return p.Kill() }

func killTree(int, string) int { return 0 }

func signalName(*os.ProcessState) string { return "" }
