//go:build !unix

package write

import (
	"io/fs"
	"os"
)

// A dir is an open directory. It is for one goroutine at a time, and follows no
// link.
type dir struct{ root *os.Root }

// A file is a file that was created.
type file = *os.File

// openRoot opens the directory of root once more.
func openRoot(root *os.Root) (dir, error) {
	again, err := root.OpenRoot(".")
	return dir{root: again}, err
}

// enter opens the directory name, which must be no link.
func (d dir) enter(name string) (dir, error) {
	if err := d.check(name); err != nil {
		return dir{}, err
	}
	child, err := d.root.OpenRoot(name)
	return dir{root: child}, err
}

// check refuses names of links, which os.Root would follow inside.
func (d dir) check(name string) error {
	if err := checkName("open", name); err != nil {
		return err
	}
	info, err := d.root.Lstat(name)
	if err == nil && !info.IsDir() {
		err = &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	return err
}

// mkdir creates the directory name.
func (d dir) mkdir(name string, perm fs.FileMode) error {
	if err := checkName("mkdir", name); err != nil {
		return err
	}
	return d.root.Mkdir(name, perm)
}

// create creates the file name for writing; it is an error that matches
// [fs.ErrExist] when there is anything of that name, a link included.
func (d dir) create(name string, perm fs.FileMode) (file, error) {
	if err := checkName("open", name); err != nil {
		return nil, err
	}
	return d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
}

// chmod sets the permissions of the directory.
func (d dir) chmod(perm fs.FileMode) error { return d.root.Chmod(".", perm) }

// close closes the directory.
func (d dir) close() error { return d.root.Close() }
