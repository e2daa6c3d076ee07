//go:build !unix

package fsx

import "io/fs"

// sameOwner cannot be determined on this system.
func sameOwner(_, _ fs.FileInfo) bool { return true }

// ShareGroup does nothing on this system.
func ShareGroup(_, _ string) {}
