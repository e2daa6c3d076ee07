package localsource

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"

	"github.com/packtrain/pack/internal/roots"
	"github.com/packtrain/pack/source"
)

// batch is how many entries of a directory are held at a time.
const batch = 512

var vcsDirs = []string{".git", ".hg", ".svn", ".bzr"}

// A walker pushes directories into a sink.
type walker struct{ dst source.Sink }

// dir pushes what is below the open directory dir, whose own name is prefix, and
// closes it.
func (w walker) dir(ctx context.Context, dir *os.Root, prefix string) (err error) {
	defer func() { err = errors.Join(err, dir.Close()) }()
	list, err := dir.Open(".")
	if err != nil {
		return unreadable(err, prefix)
	}
	defer func() { err = errors.Join(err, list.Close()) }()
	for {
		entries, err := list.ReadDir(batch)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return unreadable(err, prefix)
		}
		slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
		for _, entry := range entries {
			if err := w.entry(ctx, dir, entry, path.Join(prefix, entry.Name())); err != nil {
				return err
			}
		}
	}
}

func (w walker) entry(ctx context.Context, dir *os.Root, entry fs.DirEntry, name string) error {
	isVCS := func(vcs string) bool { return strings.EqualFold(vcs, entry.Name()) }
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case slices.ContainsFunc(vcsDirs, isVCS):
		return nil
	case entry.Type().IsRegular():
		return w.file(ctx, dir, entry, name)
	}
	if err := w.dst.Put(ctx, source.Entry{Name: name, Mode: entry.Type()}, nil); err != nil || !entry.IsDir() {
		return err
	}
	return w.subdir(ctx, dir, entry, name)
}

func (w walker) subdir(ctx context.Context, dir *os.Root, entry fs.DirEntry, name string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	listed, err := entry.Info()
	if err != nil {
		return openError(err, dir, entry, name)
	}
	sub, err := roots.EnterSame(dir, entry.Name(), listed)
	if err != nil {
		return openError(err, dir, entry, name)
	}
	return w.dir(ctx, sub, name)
}

// file pushes one regular file. It is opened without blocking, should it have
// become a pipe meanwhile.
func (w walker) file(ctx context.Context, dir *os.Root, entry fs.DirEntry, name string) (err error) {
	f, err := dir.OpenFile(entry.Name(), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return openError(err, dir, entry, name)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	before, err := f.Stat()
	if err != nil {
		return unreadable(err, name)
	}
	if listed, err := entry.Info(); err != nil || !before.Mode().IsRegular() || !os.SameFile(listed, before) {
		return changed(name)
	}
	e := source.Entry{Name: name, Mode: before.Mode(), Size: before.Size()}
	if err := w.dst.Put(ctx, e, &exactly{f: f, name: name, left: e.Size}); err != nil {
		return err
	}
	return unchanged(f, before, name)
}
