//go:build !unix

package fsx

import (
	"os"
	"path/filepath"
)

// rename goes by the paths of the directories: it relies on nobody exchanging
// them.
func rename(from, to Place) error { return os.Rename(from.path(), to.path()) }

func (p Place) path() string { return filepath.Join(p.Dir.Name(), filepath.FromSlash(p.Name)) }
