//go:build !unix

package registry

import "io/fs"

// A stamp is different for a file that was changed, unless its modification time was set back.
type stamp struct {
	size, changed int64
}

func stampOf(info fs.FileInfo) stamp {
	return stamp{size: info.Size(), changed: info.ModTime().UnixNano()}
}
