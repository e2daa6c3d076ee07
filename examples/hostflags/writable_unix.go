//go:build unix

package hostflags

import "syscall"

// isReadOnly reports whether this process has no permission to write to path.
func isReadOnly(path string) bool {
	const write = 2
	return syscall.Access(path, write) != nil
}
