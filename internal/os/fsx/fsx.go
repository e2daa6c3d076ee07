// Package fsx has file system operations that the standard library lacks.
package fsx

import (
	"errors"
	"os"
	"runtime"
)

// SyncDir makes the names in dir durable: after it, created, renamed and
// removed entries survive a loss of power. On Windows it does nothing:
// directories cannot be synced there.
func SyncDir(dir string) (err error) {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return f.Sync()
}
