//go:build !linux

package envstore

import (
	"fmt"
	"io/fs"
)

// stamp returns what changes whenever a file is written or replaced.
func stamp(info fs.FileInfo) string { return fmt.Sprint(info.ModTime().UnixNano(), info.Mode()) }
