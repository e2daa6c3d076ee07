package envstore

import (
	"fmt"
	"io/fs"
	"syscall"
)

// stamp returns what changes whenever a file is written or replaced; programs cannot set
// the time of the change.
func stamp(info fs.FileInfo) string {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return fmt.Sprint(st.Ino, st.Ctim.Sec, st.Ctim.Nsec, st.Mode)
	}
	return fmt.Sprint(info.ModTime().UnixNano(), info.Mode())
}
