//go:build unix

package localsource

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// foreign explains why users other than that of this process could have written
// the content, "" when they could not.
func foreign(info fs.FileInfo, isFile bool) string {
	stat, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case !ok:
		return "has an owner that cannot be determined"
	case stat.Uid != 0 && int(stat.Uid) != os.Geteuid():
		return fmt.Sprintf("belongs to another user, %d", stat.Uid)
	case info.Mode()&0o002 != 0:
		return "may be written by everybody"
	case isFile && stat.Nlink > 1:
		return "has other names, too (hard links)"
	}
	return ""
}

// isForeignLink reports whether a file has other names and another owner than a
// directory.
func isForeignLink(file, dir fs.FileInfo) bool {
	f, ok := file.Sys().(*syscall.Stat_t)
	d, ok2 := dir.Sys().(*syscall.Stat_t)
	return ok && ok2 && f.Nlink > 1 && f.Uid != d.Uid
}
