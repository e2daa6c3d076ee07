//go:build !unix

package registry

import "io/fs"

// owners cannot be determined on this system.
type owners struct{}

func ownersLike(string) (owners, error) { return owners{}, nil }

func (owners) has(fs.FileInfo) bool { return true }

func worldWritable(fs.FileInfo) bool { return false }
