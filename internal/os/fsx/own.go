package fsx

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// ErrExchanged is returned when a new directory was replaced by another one
// right after it was made.
var ErrExchanged = errors.New("the new directory was replaced by another one")

// MkdirOwn makes the directory name in parent, accessible to this user alone,
// and opens it. Other users may write in parent, but cannot reach into the open
// directory: when they put another one in its place, the error is
// [ErrExchanged].
func MkdirOwn(parent *os.Root, name string) (*os.Root, error) {
	if err := parent.Mkdir(name, 0o700); err != nil {
		return nil, err
	}
	dir, err := openOwn(parent, name)
	if err != nil && !errors.Is(err, ErrExchanged) {
		err = errors.Join(err, parent.Remove(name))
	}
	return dir, err
}

func openOwn(parent *os.Root, name string) (*os.Root, error) {
	dir, err := parent.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	if err := checkOwn(dir); err != nil {
		return nil, errors.Join(fmt.Errorf("open directory %q: %w", name, err), dir.Close())
	}
	return dir, nil
}

// checkOwn checks that dir is empty, and has the owner that new files of this
// process have: a file server may know this user by another name.
func checkOwn(dir *os.Root) (err error) {
	f, err := dir.Open(".")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Readdirnames(1); err != io.EOF {
		return errors.Join(ErrExchanged, err)
	}
	mine, err := makeFile(dir, "owner")
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !sameOwner(info, mine) {
		return ErrExchanged
	}
	_ = f.Chmod(0o700) // an older one of this user's; not every file system has modes
	return nil
}

// makeFile makes a file, removes it, and returns its info.
func makeFile(dir *os.Root, name string) (info os.FileInfo, err error) {
	f, err := dir.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	info, err = f.Stat()
	return info, errors.Join(err, f.Close(), dir.Remove(name))
}
