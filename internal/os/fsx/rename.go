package fsx

import (
	"errors"
	"fmt"
	"os"
)

// A Place is a name in a directory that is held open: replacing the directory at
// its path does not change the place. Name may lead into directories below,
// separated by "/".
type Place struct {
	Dir  *os.Root
	Name string
}

// Rename moves the file or directory at from to the place to, on the same file
// system. It fails when the target exists, with fs.ErrExist for a directory,
// except that a directory replaces an empty directory, and a file another file.
func Rename(from, to Place) error {
	if err := rename(from, to); err != nil {
		return fmt.Errorf("rename %q to %q: %w", from.Name, to.Name, err)
	}
	return nil
}

// Swap exchanges the contents of two places of one file system. On Linux and
// macOS, where the file system supports it, both names exist at every moment;
// elsewhere b is missing for a moment, and after a crash at that moment its
// content is beside a, under its name with the suffix ".swap".
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

// swapInSteps swaps without support of the system.
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
