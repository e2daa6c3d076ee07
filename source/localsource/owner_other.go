//go:build !unix

package localsource

import "io/fs"

func foreign(fs.FileInfo, bool) string {
	return "has an owner that cannot be determined on this system"
}

// isForeignLink is not known on this system.
func isForeignLink(_, _ fs.FileInfo) bool { return false }
