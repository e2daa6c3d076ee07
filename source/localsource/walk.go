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

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/roots"
	"github.com/packtrain/pack/internal/os/workdir"
	"github.com/packtrain/pack/source"
)

const (
	// batch is how many entries of a directory are held at a time.
	batch = 512
	// maxDepth bounds the directories that are open at a time, whatever the sink
	// takes.
	maxDepth = 255
)

// A walker pushes the files of one directory into a sink.
type walker struct {
	rules   rules
	tracked func(name string) bool
	filter  *workdir.Filter
	left    []string // what the filter left out
	dst     source.Sink
	prefix  string // is put before names
	dirs    []listedDir
}

// all pushes the content of the open directory top, and closes it.
func (w *walker) all(ctx context.Context, top *os.Root) (err error) {
	defer func() { err = errors.Join(err, top.Close()) }()
	if w.rules.top, err = top.Stat("."); err != nil {
		return unreadable(err, ".")
	}
	ignore, patterns, err := readIgnore(ctx, top)
	if err != nil {
		return err
	}
	w.filter = workdir.NewFilter(patterns, w.tracked)
	if err := w.dir(ctx, top, place{name: "."}); err != nil {
		return err
	}
	if text := workdir.LeftOut(w.left); text != "" {
		pack.Note(ctx, "%s", text)
	}
	return errors.Join(ignore.same(top), w.sameDirs(ctx, top))
}

// A place is where an entry lies below the top.
type place struct {
	name  string
	depth int64
	// onlyTracked: the directory would be left out, but git tracks files in it.
	onlyTracked bool
}

// below returns the place of an entry of the directory p.
func (p place) below(entry fs.DirEntry) place {
	return place{path.Join(p.name, entry.Name()), p.depth + 1, p.onlyTracked}
}

// dir pushes the content of the open directory dir at p.
func (w *walker) dir(ctx context.Context, dir *os.Root, p place) (err error) {
	name := p.name
	if p.depth > maxDepth {
		return &pack.LimitError{Limit: "path depth", Max: maxDepth, Value: p.depth, Path: w.shown(name)}
	}
	info, err := settled(ctx, func() (fs.FileInfo, error) { return dir.Stat(".") }, w.shown(name))
	if err == nil {
		err = w.rules.checkDir(info, w.shown(name))
	}
	if err != nil {
		return err
	}
	w.dirs = append(w.dirs, listedDir{name, info})
	list, err := roots.List(dir)
	if err != nil {
		return unreadable(err, w.shown(name))
	}
	defer func() { err = errors.Join(err, list.Close()) }()
	for {
		entries, err := list.ReadDir(batch)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return unreadable(err, w.shown(name))
		}
		slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
		for _, entry := range entries {
			if err := w.entry(ctx, dir, entry, p.below(entry)); err != nil {
				return err
			}
		}
	}
}

// shown returns the name of an entry for the sink.
func (w *walker) shown(name string) string { return path.Join(w.prefix, name) }

func (w *walker) entry(ctx context.Context, dir *os.Root, entry fs.DirEntry, p place) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	out, tracked := w.filter.LeavesOut(entry, p.name, p.onlyTracked)
	switch p.onlyTracked = tracked; {
	case out:
		w.left = append(w.left, p.name)
		return nil
	case entry.Type().IsRegular():
		return w.file(ctx, dir, entry, w.shown(p.name))
	}
	if err := w.dst.Put(ctx, source.Entry{Name: w.shown(p.name), Mode: entry.Type()}, nil); err != nil || !entry.IsDir() {
		return err
	}
	return w.subdir(ctx, dir, entry, p)
}

func (w *walker) subdir(ctx context.Context, dir *os.Root, entry fs.DirEntry, p place) (err error) {
	name := p.name
	info, err := dir.Lstat(entry.Name())
	if err != nil {
		return openError(err, dir, entry, w.shown(name))
	}
	if !info.IsDir() {
		return changed(w.shown(name))
	}
	sub, err := roots.EnterSame(dir, entry.Name(), info)
	if err != nil {
		return openError(err, dir, entry, w.shown(name))
	}
	defer func() { err = errors.Join(err, sub.Close()) }()
	return w.dir(ctx, sub, p)
}

// file pushes one regular file. It is opened without blocking, should it have
// become a pipe meanwhile.
func (w *walker) file(ctx context.Context, dir *os.Root, entry fs.DirEntry, name string) (err error) {
	f, err := dir.OpenFile(entry.Name(), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return openError(err, dir, entry, name)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	before, err := settled(ctx, f.Stat, name)
	if err != nil {
		return err
	}
	if !before.Mode().IsRegular() {
		return changed(name)
	}
	if err := errors.Join(w.rules.checkFile(before, name), w.rules.checkLinked(ctx, before, name)); err != nil {
		return err
	}
	e := source.Entry{Name: name, Mode: before.Mode(), Size: before.Size()}
	if err := w.dst.Put(ctx, e, &exactly{f: f, name: name, before: before, left: e.Size}); err != nil {
		return err
	}
	return unchanged(f, before, name)
}
