// Package roots opens directories and files of this machine by untrusted names,
// where the host allows it: below directories of its choice.
//
// Each step from an allowed directory down is made from the directory that is
// open already, and symbolic links on the way are refused, not followed. So the
// opened file is the one that its path names, even while another process moves
// directories around it.
package roots

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/packtrain/pack"
)

// Allowed holds the rules for opening. The zero value allows nothing.
type Allowed struct {
	// Dirs are absolute paths of directories. They and all below may be opened.
	Dirs []string
	// All allows everything; only the last component of a path must not be a
	// link.
	All bool
}

// Check returns an error when a path in Dirs is not absolute.
func (a Allowed) Check() error {
	relative := func(path string) bool { return !filepath.IsAbs(path) }
	if slices.ContainsFunc(a.Dirs, relative) {
		return pack.Errorf(pack.CodeInvalidRequest, "allowed directories %q: want absolute paths", a.Dirs)
	}
	return nil
}

// OpenDir opens the directory with the given absolute path. Errors have the code
// [pack.CodeNotFound] when nothing is there, [pack.CodePolicyDenied] when it is
// not allowed, and for links, [pack.CodeInvalidRequest] for a file,
// [pack.CodeForbiddenEntry] for a pipe or device.
func (a Allowed) OpenDir(path string) (*os.Root, error) {
	anchor, below, err := a.anchor(path)
	if err != nil {
		return nil, err
	}
	dir, err := os.OpenRoot(anchor)
	if err != nil {
		return nil, failed(err)
	}
	return Descend(dir, below, pack.CodePolicyDenied)
}

// ErrFile is matched by the error of [Allowed.OpenDir] for a path with a regular
// file where a directory should be.
var ErrFile = errors.New("a file, not a directory")

// OpenParent opens the directory that holds the file with the given absolute path, and
// returns the name of the file in it, for [OpenFile]. Errors are those of
// [Allowed.OpenDir].
func (a Allowed) OpenParent(path string) (dir *os.Root, name string, err error) {
	anchor, below, err := a.anchor(path)
	if err != nil {
		return nil, "", err
	}
	if dir, err = os.OpenRoot(anchor); err != nil {
		return nil, "", failed(err)
	}
	dir, err = Descend(dir, filepath.Dir(below), pack.CodePolicyDenied)
	return dir, filepath.Base(below), err
}

// anchor splits an absolute path into a directory that may be opened directly,
// and the path below it.
func (a Allowed) anchor(path string) (dir, below string, err error) {
	switch {
	case path != filepath.Clean(path) || !filepath.IsAbs(path):
		return "", "", pack.Errorf(pack.CodeInvalidRequest, "want an absolute path without %q", "..")
	case strings.ContainsRune(path, 0):
		return "", "", pack.Errorf(pack.CodePolicyDenied, "the path has a zero byte")
	case filepath.Dir(path) == path:
		return "", "", pack.Errorf(pack.CodePolicyDenied, "the whole file system cannot be a pack")
	case a.All:
		return filepath.Dir(path), filepath.Base(path), nil
	}
	for _, root := range a.Dirs {
		if below, err := filepath.Rel(root, path); err == nil && filepath.IsLocal(below) {
			return root, below, nil
		}
	}
	return "", "", pack.Errorf(pack.CodePolicyDenied, "it is not below any of the allowed directories")
}

// Descend opens the directory path below dir, one component after another, and
// closes dir, also when it fails. Links are refused with the given code. path is
// "" for dir itself.
func Descend(dir *os.Root, path string, links pack.Code) (*os.Root, error) {
	if path == "" || path == "." {
		return dir, nil
	}
	for name := range strings.SplitSeq(path, string(filepath.Separator)) {
		next, err := enter(dir, name, links)
		if err = errors.Join(err, dir.Close()); err != nil {
			return nil, err
		}
		dir = next
	}
	return dir, nil
}

// enter opens the directory name in dir; anything else is an error.
func enter(dir *os.Root, name string, links pack.Code) (*os.Root, error) {
	info, err := dir.Lstat(name)
	switch {
	case err != nil:
		return nil, failed(err)
	case info.Mode().IsRegular():
		return nil, pack.Errorf(pack.CodeInvalidRequest, "%q is %w", name, ErrFile)
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, pack.Errorf(links, "%q is a symbolic link; name the directory itself", name)
	case !info.IsDir():
		return nil, pack.Errorf(pack.CodeForbiddenEntry, "%q is not a directory", name)
	}
	return EnterSame(dir, name, info)
}

// EnterSame opens the directory name in dir, which must still be the one that
// info describes: otherwise the error has the code [pack.CodeContentChanged].
func EnterSame(dir *os.Root, name string, info fs.FileInfo) (*os.Root, error) {
	opened, err := dir.OpenRoot(name)
	if err != nil {
		return nil, failed(err)
	}
	now, err := opened.Stat(".")
	if err == nil && !os.SameFile(info, now) {
		err = changed(name)
	}
	if err != nil {
		return nil, errors.Join(failed(err), opened.Close())
	}
	return opened, nil
}

// OpenFile opens the regular file name in dir for reading. It never blocks, as
// opening a pipe would. Errors have the codes that [Allowed.OpenDir] names, with
// [pack.CodeForbiddenEntry] for links.
func OpenFile(dir *os.Root, name string) (*os.File, fs.FileInfo, error) {
	info, err := dir.Lstat(name)
	switch {
	case err != nil:
		return nil, nil, failed(err)
	case info.IsDir():
		return nil, nil, pack.Errorf(pack.CodeInvalidRequest, "%q is a directory, not a file", name)
	case !info.Mode().IsRegular():
		return nil, nil, pack.Errorf(pack.CodeForbiddenEntry, "%q is not a regular file", name)
	}
	f, err := dir.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, failed(err)
	}
	now, err := f.Stat()
	if err == nil && !os.SameFile(info, now) {
		err = changed(name)
	}
	if err != nil {
		return nil, nil, errors.Join(failed(err), f.Close())
	}
	return f, now, nil
}

func changed(name string) error {
	return pack.Errorf(pack.CodeContentChanged, "%q has changed while it was opened; try again when it is no longer written to", name)
}

// failed gives an error of the file system its code.
func failed(err error) error {
	if _, ok := errors.AsType[pack.Coder](err); ok || err == nil {
		return err
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = fmt.Errorf("%.200q: %w", e.Path, e.Err) // the name of the system call would not help
	}
	if errors.Is(err, fs.ErrNotExist) {
		return pack.Errorf(pack.CodeNotFound, "%w", err)
	}
	return pack.Errorf(pack.CodeIO, "%w", err)
}
