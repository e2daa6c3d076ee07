//go:build unix

package registry

import (
	"io/fs"
	"syscall"
)

// A stamp is different for a file that was changed, whatever its modification time says.
type stamp struct {
	size    int64
	inode   uint64
	changed int64 // nanoseconds since 1970
}

func stampOf(info fs.FileInfo) stamp {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return stamp{size: info.Size(), changed: info.ModTime().UnixNano()}
	}
	return stamp{size: info.Size(), inode: st.Ino, changed: changeTime(st)}
}
