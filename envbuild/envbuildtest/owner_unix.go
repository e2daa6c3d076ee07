//go:build unix

package envbuildtest

import (
	"io/fs"
	"syscall"
)

// ownerOf returns the ID of the user that a file belongs to, -1 if it has none.
func ownerOf(info fs.FileInfo) int {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(st.Uid)
	}
	return -1
}
