//go:build !unix

package settings

import "io/fs"

// isOurs cannot be determined on this system.
func isOurs(fs.FileInfo) bool { return true }
