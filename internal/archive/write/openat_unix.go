//go:build unix

package write

import (
	"errors"
	"io"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// A dir does for one name what [os.Root] does, and follows no link at all. It is
// made for creating thousands of files: they are not registered with the poller,
// which does not support regular files, and have no finalizer. So each dir and
// each file has to be closed. It is for one goroutine at a time.
type dir struct{ fd int }

// openRoot opens the directory of root once more.
func openRoot(root *os.Root) (dir, error) {
	f, err := root.Open(".")
	if err != nil {
		return dir{}, err
	}
	fd, err := openDirAt(int(f.Fd()), ".")
	return dir{fd: fd}, errors.Join(err, f.Close())
}

// enter opens the directory name, which must be no link.
func (d dir) enter(name string) (dir, error) {
	if err := checkName("open", name); err != nil {
		return dir{}, err
	}
	fd, err := openDirAt(d.fd, name)
	return dir{fd: fd}, err
}

// mkdir creates the directory name. The umask may take from its permissions.
func (d dir) mkdir(name string, perm fs.FileMode) error {
	if err := checkName("mkdir", name); err != nil {
		return err
	}
	return retried("mkdir", name, func() error { return unix.Mkdirat(d.fd, name, uint32(perm.Perm())) })
}

// create creates the file name for writing; it is an error that matches
// [fs.ErrExist] when there is anything of that name, a link included. The umask
// may take from its permissions.
func (d dir) create(name string, perm fs.FileMode) (file, error) {
	if err := checkName("create", name); err != nil {
		return file{}, err
	}
	fd, err := openAt(d.fd, name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL, perm)
	return file{fd: fd, name: name}, err
}

// chmod sets the permissions of the directory.
func (d dir) chmod(perm fs.FileMode) error { return fchmod(d.fd, ".", perm) }

// close closes the directory.
func (d dir) close() error { return failed("close", ".", unix.Close(d.fd)) }

func openDirAt(parent int, name string) (int, error) {
	return openAt(parent, name, unix.O_RDONLY|unix.O_DIRECTORY, 0)
}

func openAt(parent int, name string, flags int, perm fs.FileMode) (fd int, err error) {
	err = retried("open", name, func() error {
		fd, err = unix.Openat(parent, name, flags|unix.O_NOFOLLOW|unix.O_CLOEXEC, uint32(perm.Perm()))
		return err
	})
	return fd, err
}

// A file is a file that was created.
type file struct {
	fd   int
	name string
}

// Write implements [io.Writer].
func (f file) Write(p []byte) (written int, err error) {
	for written < len(p) && err == nil {
		var n int
		err = retried("write", f.name, func() error {
			n, err = unix.Write(f.fd, p[written:])
			return err
		})
		written += max(n, 0)
		if n == 0 && err == nil {
			err = failed("write", f.name, io.ErrShortWrite)
		}
	}
	return written, err
}

// Chmod sets the permissions of the file.
func (f file) Chmod(perm fs.FileMode) error { return fchmod(f.fd, f.name, perm) }

// Close closes the file.
func (f file) Close() error { return failed("close", f.name, unix.Close(f.fd)) }

func fchmod(fd int, name string, perm fs.FileMode) error {
	return retried("chmod", name, func() error { return unix.Fchmod(fd, uint32(perm.Perm())) })
}

// retried calls until no signal interrupts.
func retried(op, name string, call func() error) error {
	for {
		if err := call(); err != unix.EINTR { //nolint:errorlint // comes from the system as it is
			return failed(op, name, err)
		}
	}
}

func failed(op, name string, err error) error {
	if err == nil {
		return nil
	}
	return &fs.PathError{Op: op, Path: name, Err: err}
}
