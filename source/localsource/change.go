package localsource

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/packtrain/pack"
)

// tick is longer than the resolution of a file system's clock: two changes
// within one tick may have the same time. Linux counts up to 10 ms as one.
const tick = 20 * time.Millisecond

// settled returns the result of stat once it is older than a tick, so that any
// later change gives a later time. A file that keeps changing does not settle.
func settled(ctx context.Context, stat func() (fs.FileInfo, error), name string) (fs.FileInfo, error) {
	info, err := stat()
	if err != nil {
		return nil, unreadable(err, name)
	}
	wait := tick - time.Since(info.ModTime()).Abs()
	if wait <= 0 {
		return info, nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-timer.C:
	}
	after, err := stat()
	if err != nil {
		return nil, unreadable(err, name)
	}
	if !after.ModTime().Equal(info.ModTime()) {
		return nil, changed(name)
	}
	return after, nil
}

// A listedDir is a directory as it was before it was listed.
type listedDir struct {
	name string
	info fs.FileInfo
}

// sameDirs compares the directories with their earlier state: no entry was
// added, removed or moved since, so that none was missed or seen twice.
func (w *walker) sameDirs(ctx context.Context, top *os.Root) error {
	for _, d := range w.dirs {
		if err := ctx.Err(); err != nil {
			return err
		}
		now, err := top.Lstat(d.name)
		if err != nil || !os.SameFile(d.info, now) || !now.ModTime().Equal(d.info.ModTime()) {
			return changed(w.shown(d.name))
		}
	}
	return nil
}

// unchanged compares f with its state before it was read.
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

// exactly reads a file of known size, and fails when it has more or less.
type exactly struct {
	f      *os.File
	name   string
	before fs.FileInfo
	left   int64
}

// Read implements [io.Reader].
func (r *exactly) Read(p []byte) (int, error) {
	n, err := r.f.Read(p)
	r.left -= int64(n)
	switch {
	case r.left < 0, err == io.EOF && r.left > 0:
		return 0, r.mismatch()
	case err != nil && err != io.EOF:
		return n, unreadable(err, r.name)
	case r.left == 0 && r.before.Size() > 0:
		return n, io.EOF // saves another call; further content shows in the size
	}
	return n, err
}

// mismatch explains content that is longer or shorter than the size: the file
// has changed, or its size is meaningless, as in /proc and /sys.
func (r *exactly) mismatch() error {
	if err := unchanged(r.f, r.before, r.name); err != nil {
		return err
	}
	return pack.Errorf(pack.CodeForbiddenEntry, "%q does not have the size it states, like files of the system: copy it", r.name)
}

// openError explains why a listed entry could not be opened: it was removed or
// replaced, or it cannot be read.
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
	return pack.Errorf(pack.CodeContentChanged, "%q has changed while it was read; try again when it is no longer written to", name)
}

func unreadable(err error, name string) error {
	return pack.Errorf(pack.CodeIO, "read %q: %w", name, err)
}
