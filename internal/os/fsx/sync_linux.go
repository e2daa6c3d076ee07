package fsx

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// syncFS syncs the whole file system of path.
func syncFS(path string) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return os.NewSyscallError("syncfs", unix.Syncfs(int(f.Fd())))
}
