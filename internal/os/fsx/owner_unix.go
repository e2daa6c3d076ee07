//go:build unix

package fsx

import (
	"io/fs"
	"os"
	"syscall"
)

func sameOwner(a, b fs.FileInfo) bool {
	statA, okA := a.Sys().(*syscall.Stat_t)
	statB, okB := b.Sys().(*syscall.Stat_t)
	return okA && okB && statA.Uid == statB.Uid
}

// ShareGroup gives the file the group of the directory dir, if this process may.
func ShareGroup(file, dir string) {
	if want, ok := group(dir); ok {
		if got, ok := group(file); ok && got != want {
			_ = os.Chown(file, -1, want)
		}
	}
}

func group(name string) (gid int, ok bool) {
	info, err := os.Stat(name)
	if err != nil {
		return 0, false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(stat.Gid), true
}
