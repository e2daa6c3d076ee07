package generations

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/packtrain/pack"
)

// discard moves path into the trash. A path that does not exist is not an
// error. A directory that cannot be moved is deleted where it is: overlays do not
// rename those of their lower layers, as of a root that is baked into an image.
func (d *Disk) discard(path string) error {
	return d.do("move to trash", func() error {
		err := os.Rename(path, filepath.Join(d.dir(trashDir), NewID()))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case errors.Is(err, syscall.EXDEV):
			return removeIn(filepath.Dir(path), filepath.Base(path))
		}
		return err
	})
}

// removeIn removes the tree at name in dir.
func removeIn(dir, name string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	return errors.Join(removeAll(root, name), root.Close())
}

// Reap deletes what discard moved into the trash, and leaves all else. It asks stop before
// each entry, and ends without an error when that returns true. It goes on past entries
// that cannot be deleted, and returns their errors.
func (d *Disk) Reap(stop func() bool) (err error) {
	trash, err := os.OpenRoot(d.dir(trashDir))
	if err != nil {
		return pack.Errorf(pack.CodeIO, "open trash: %w", err)
	}
	defer func() { err = errors.Join(err, trash.Close()) }()
	entries, err := fs.ReadDir(trash.FS(), ".")
	if err != nil {
		return pack.Errorf(pack.CodeIO, "list trash: %w", err)
	}
	var failed []error
	for _, e := range entries {
		if stop() {
			break
		}
		if !isID(e.Name()) {
			continue
		}
		failed = append(failed, d.do("empty trash", func() error { return removeAll(trash, e.Name()) }))
	}
	return errors.Join(failed...)
}

// removeAll removes the tree at name, including directories whose modes forbid it.
func removeAll(dir *os.Root, name string) error {
	err := dir.RemoveAll(name)
	if err == nil {
		return nil
	}
	_ = fs.WalkDir(dir.FS(), name, func(name string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() { // before it is read
			_ = dir.Chmod(name, 0o700)
		}
		return nil
	})
	return dir.RemoveAll(name)
}
