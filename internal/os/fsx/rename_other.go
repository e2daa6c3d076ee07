//go:build !unix

package fsx

import (
	"os"
	"path/filepath"
)

// rename uses the paths of the directories: it assumes that they are not
// replaced.
func rename(from, to Place) error { return os.Rename(from.path(), to.path()) }

func (p Place) path() string { return filepath.Join(p.Dir.Name(), filepath.FromSlash(p.Name)) }
