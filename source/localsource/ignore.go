package localsource

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/workdir"
)

// An ignoreFile is the .packignore of a pack, as it was when it was read.
type ignoreFile struct {
	before fs.FileInfo // nil when there is none
}

// readIgnore reads the .packignore in dir, and returns its content. Anything but a
// regular file counts as none: the sink refuses it.
func readIgnore(ctx context.Context, dir *os.Root) (i ignoreFile, data []byte, err error) {
	info, err := dir.Lstat(workdir.IgnoreFile)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
		return i, nil, nil
	}
	f, err := dir.OpenFile(workdir.IgnoreFile, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return i, nil, unreadable(err, workdir.IgnoreFile)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if i.before, err = settled(ctx, f.Stat, workdir.IgnoreFile); err != nil {
		return i, nil, err
	}
	data, err = io.ReadAll(io.LimitReader(f, workdir.MaxIgnore+1))
	switch {
	case err != nil:
		return i, nil, unreadable(err, workdir.IgnoreFile)
	case len(data) > workdir.MaxIgnore:
		return i, nil, &pack.LimitError{Limit: "size of " + workdir.IgnoreFile, Max: workdir.MaxIgnore, Value: i.before.Size()}
	}
	return i, data, unchanged(f, i.before, workdir.IgnoreFile)
}

// same reports an error when the file changed while the pack was read.
func (i ignoreFile) same(dir *os.Root) error {
	now, err := dir.Lstat(workdir.IgnoreFile)
	switch {
	case i.before == nil && (errors.Is(err, fs.ErrNotExist) || err == nil && !now.Mode().IsRegular()):
		return nil
	case i.before == nil || err != nil || !os.SameFile(i.before, now) || !now.ModTime().Equal(i.before.ModTime()) || now.Size() != i.before.Size():
		return changed(workdir.IgnoreFile)
	}
	return nil
}
