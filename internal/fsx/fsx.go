// Package fsx has file system operations that the standard library lacks.
package fsx

import (
	"errors"
	"fmt"
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

// Swap exchanges two files or directories of one file system. At every moment
// both names exist, on Linux and macOS and file systems of theirs that can do
// this; elsewhere there is a moment at which b does not exist, and after a
// crash at that moment its content lies at a+".swap".
func Swap(a, b string) error {
	err := exchange(a, b)
	if errors.Is(err, errors.ErrUnsupported) {
		err = swapInSteps(a, b)
	}
	if err != nil {
		return fmt.Errorf("swap %q and %q: %w", a, b, err)
	}
	return nil
}

// swapInSteps needs no help of the system.
func swapInSteps(a, b string) error {
	aside := a + ".swap"
	if err := os.Rename(b, aside); err != nil {
		return err
	}
	if err := os.Rename(a, b); err != nil {
		return errors.Join(err, os.Rename(aside, b))
	}
	return os.Rename(aside, a)
}
