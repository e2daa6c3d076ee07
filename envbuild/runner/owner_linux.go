package runner

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/packtrain/pack"
)

// An owner lends files to the other user.
type owner struct {
	paths []string
}

// hand gives what a child writes to the user that it will be, if that is another one.
func (b *sandbox) hand(a pack.Access) (*owner, error) {
	o := &owner{}
	if !b.other {
		return o, nil
	}
	for _, path := range a.Write {
		o.paths = append(o.paths, path)
		if err := change(path, os.Getuid(), otherUser, otherUser); err != nil {
			return o, errors.Join(err, o.takeBack())
		}
	}
	return o, nil
}

// takeBack gives it back to the host. The child has ended, so nothing else changes it.
func (o *owner) takeBack() error {
	var errs []error
	for _, path := range o.paths {
		errs = append(errs, change(path, otherUser, os.Getuid(), os.Getgid()))
	}
	return errors.Join(errs...)
}

// change changes the owner of the files at path that belong to from. Links are not
// followed; a file with several names may have one elsewhere, so that of the host is
// left alone.
func change(path string, from, to, group int) error {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	info, err := os.Lstat(real)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		if !belongs(info, from) {
			return nil
		}
		return os.Lchown(real, to, group)
	}
	root, err := os.OpenRoot(real)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	return fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil || !belongs(info, from) {
			return err
		}
		return root.Lchown(name, to, group)
	})
}

// belongs reports whether a file belongs to a user alone.
func belongs(info fs.FileInfo, user int) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == user && (user == otherUser || info.IsDir() || st.Nlink == 1)
}
