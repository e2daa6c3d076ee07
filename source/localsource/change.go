package localsource

import (
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/packtrain/pack"
)

// unchanged compares f with what it was before it was read.
func unchanged(f *os.File, before fs.FileInfo, name string) error {
	after, err := f.Stat()
	if err != nil {
		return unreadable(err, name)
	}
	if after.Size() != before.Size() || !after.ModTime().Equal(before.ModTime()) {
		return changed(name)
	}
	return nil
}

// exactly reads a file of known size, and fails when it has less. That it has
// more shows afterwards, but for files without a size, as those of /proc.
type exactly struct {
	f    *os.File
	name string
	left int64
}

func (r *exactly) Read(p []byte) (int, error) {
	n, err := r.f.Read(p)
	r.left -= int64(n)
	switch {
	case r.left < 0, err == io.EOF && r.left > 0:
		return 0, changed(r.name)
	case err != nil && err != io.EOF:
		return n, unreadable(err, r.name)
	case r.left == 0:
		return n, io.EOF // spares another call, which would tell the same
	}
	return n, err
}

// openError says why an entry that was listed could not be opened: it is gone,
// it is something else by now, or it cannot be read.
func openError(err error, dir *os.Root, entry fs.DirEntry, name string) error {
	if errors.Is(err, pack.ErrIntegrity) {
		return err
	}
	info, statErr := dir.Lstat(entry.Name())
	if errors.Is(statErr, fs.ErrNotExist) || statErr == nil && info.Mode().Type() != entry.Type() {
		return changed(name)
	}
	return unreadable(err, name)
}

func changed(name string) error {
	return pack.Errorf(pack.CodeContentChanged, "%q has changed while it was read; try again when nobody writes to it", name)
}

func unreadable(err error, name string) error {
	return pack.Errorf(pack.CodeIO, "read %q: %w", name, err)
}
