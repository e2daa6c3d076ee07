package fsx

import (
	"errors"
	"fmt"
	"os"
)

// A Place is a name in a directory that is held open: whoever exchanges that
// directory for another one changes nothing about where it is. Name may lead
// into directories below, separated by "/".
type Place struct {
	Dir  *os.Root
	Name string
}

// Rename moves what is at from to the place to, on the same file system. Where
// something is already other than an empty directory or, for a file, another
// file, it fails, for a directory with fs.ErrExist.
func Rename(from, to Place) error {
	if err := rename(from, to); err != nil {
		return fmt.Errorf("rename %q to %q: %w", from.Name, to.Name, err)
	}
	return nil
}

// Swap exchanges what is at two places of one file system. At every moment
// both names exist, on Linux and macOS and file systems of theirs that can do
// this; elsewhere there is a moment at which b does not exist, and after a
// crash at that moment its content lies beside a, at its name and ".swap".
func Swap(a, b Place) error {
	err := exchange(a, b)
	if errors.Is(err, errors.ErrUnsupported) {
		err = swapInSteps(a, b)
	}
	if err != nil {
		return fmt.Errorf("swap %q and %q: %w", a.Name, b.Name, err)
	}
	return nil
}

// swapInSteps needs no help of the system.
func swapInSteps(a, b Place) error {
	aside := Place{a.Dir, a.Name + ".swap"}
	if err := rename(b, aside); err != nil {
		return err
	}
	if err := rename(a, b); err != nil {
		return errors.Join(err, rename(aside, b))
	}
	return rename(aside, a)
}
