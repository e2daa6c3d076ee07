//go:build unix

package fsx

import (
	"errors"
	"fmt"
	"io/fs"
	"path"

	"golang.org/x/sys/unix"
)

func rename(from, to Place) error {
	err := atBoth(from, to, unix.Renameat)
	if errors.Is(err, unix.ENOTDIR) { // a directory, over something else
		return fmt.Errorf("%w: %w", fs.ErrExist, err)
	}
	return err
}

// atBoth calls fn with the open directories that hold both names.
func atBoth(a, b Place, fn func(dirA int, a string, dirB int, b string) error) error {
	dirA, err := a.Dir.Open(path.Dir(a.Name))
	if err != nil {
		return err
	}
	defer func() { _ = dirA.Close() }() // a directory that nothing was written to
	dirB, err := b.Dir.Open(path.Dir(b.Name))
	if err != nil {
		return err
	}
	defer func() { _ = dirB.Close() }()
	for {
		err := fn(int(dirA.Fd()), path.Base(a.Name), int(dirB.Fd()), path.Base(b.Name))
		if !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
