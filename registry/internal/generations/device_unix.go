//go:build unix

package generations

import (
	"io/fs"
	"syscall"
)

// sameDevice reports whether two directories are on one file system, as far as that is
// known.
func sameDevice(a, b fs.FileInfo) bool {
	statA, okA := a.Sys().(*syscall.Stat_t)
	statB, okB := b.Sys().(*syscall.Stat_t)
	return !okA || !okB || statA.Dev == statB.Dev
}
