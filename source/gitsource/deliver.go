package gitsource

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

// lfsStart is what a pointer of Git LFS starts with.
const lfsStart = "version https://git-lfs.github.com/spec/"

// A delivery pushes the files of one commit into a sink. Limits hold while it
// walks: a few trees that hold each other many times would never end.
type delivery struct {
	store   *store
	limits  Limits
	dst     source.Sink
	entries int64
	bytes   int64
}

// commit pushes what lies in the directory subdir ("" for all) of a commit.
func (d *delivery) commit(ctx context.Context, id plumbing.Hash, subdir string) error {
	tree, err := d.root(id)
	if err != nil {
		return err
	}
	depth := int64(0)
	if subdir != "" {
		for name := range strings.SplitSeq(subdir, "/") {
			if tree, err = d.child(tree, name, subdir); err != nil {
				return err
			}
			depth++
		}
	}
	return d.tree(ctx, tree, subdir, depth)
}

func (d *delivery) root(id plumbing.Hash) (plumbing.Hash, error) {
	o, err := d.store.find(id, plumbing.CommitObject)
	if err != nil {
		return id, err
	}
	content, err := d.store.bytes(o)
	if err != nil {
		return id, err
	}
	return treeOf(content)
}

// child returns the directory name inside of a tree.
func (d *delivery) child(tree plumbing.Hash, name, subdir string) (plumbing.Hash, error) {
	entries, err := d.read(tree)
	if err != nil {
		return tree, err
	}
	for _, e := range entries {
		switch {
		case e.name != name:
		case e.mode == modeDir:
			return e.id, nil
		case e.mode == modeSymlink:
			return tree, pack.Errorf(pack.CodeForbiddenEntry, "directory %q: %q is a symbolic link", subdir, name)
		}
	}
	return tree, pack.Errorf(pack.CodeNotFound, "directory %q does not exist in the repository: there is no directory %q", subdir, name)
}

func (d *delivery) read(tree plumbing.Hash) ([]treeEntry, error) {
	o, err := d.store.find(tree, plumbing.TreeObject)
	if err != nil {
		return nil, err
	}
	content, err := d.store.bytes(o)
	if err != nil {
		return nil, err
	}
	return parseTree(content)
}

func (d *delivery) tree(ctx context.Context, id plumbing.Hash, dir string, depth int64) error {
	entries, err := d.read(id)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := d.entry(ctx, e, join(dir, e.name), depth+1); err != nil {
			return err
		}
	}
	return nil
}

// join does not clean: the sink judges names as they are.
func join(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}

func (d *delivery) entry(ctx context.Context, e treeEntry, name string, depth int64) error {
	if err := d.checkEntry(ctx, name, depth); err != nil {
		return err
	}
	switch e.mode {
	case modeDir:
		if err := d.put(ctx, source.Entry{Name: name, Mode: fs.ModeDir | 0o755}, nil); err != nil {
			return err
		}
		return d.tree(ctx, e.id, name, depth)
	case modeFile, modeGroupFile:
		return d.file(ctx, e.id, source.Entry{Name: name, Mode: 0o644})
	case modeExecutable:
		return d.file(ctx, e.id, source.Entry{Name: name, Mode: 0o755})
	case modeSymlink:
		return d.symlink(ctx, e.id, name)
	case modeSubmodule:
		return pack.Errorf(pack.CodePolicyDenied, "entry %s is a submodule: packs have to hold their files themselves", shown(name))
	}
	return pack.Errorf(pack.CodeForbiddenEntry, "entry %s has mode %o: only regular files and directories are allowed", shown(name), e.mode)
}

func (d *delivery) checkEntry(ctx context.Context, name string, depth int64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := errors.Join(
		check("path depth", d.limits.Depth, depth),
		check("path length", d.limits.PathLen, int64(len(name))),
	); err != nil {
		return fmt.Errorf("entry %s: %w", shown(name), err)
	}
	d.entries++
	return check("number of files and directories", d.limits.Entries, d.entries)
}

func (d *delivery) file(ctx context.Context, id plumbing.Hash, e source.Entry) error {
	o, err := d.store.find(id, plumbing.BlobObject)
	if err != nil {
		return err
	}
	d.bytes += o.size
	if err := check("size of all files", d.limits.Bytes, d.bytes); err != nil {
		return err
	}
	if path.Base(e.Name) == "pack.yaml" {
		if err := d.checkPointer(o, e.Name); err != nil {
			return err
		}
	}
	e.Size = o.size
	return d.put(ctx, e, d.store.reader(o))
}

// checkPointer refuses a pack.yaml whose content is kept elsewhere, which would
// be read as a strange manifest.
func (d *delivery) checkPointer(o object, name string) error {
	start := make([]byte, len(lfsStart))
	_, _ = io.ReadFull(d.store.reader(o), start) // what fails here fails again when the sink reads
	if string(start) == lfsStart {
		return pack.Errorf(pack.CodeInvalidManifest, "%s is a Git LFS pointer, not the file itself: keep the files of a pack out of LFS", shown(name))
	}
	return nil
}

func (d *delivery) symlink(ctx context.Context, id plumbing.Hash, name string) error {
	o, err := d.store.find(id, plumbing.BlobObject)
	if err != nil {
		return err
	}
	if err := check("length of a symbolic link", d.limits.PathLen, o.size); err != nil {
		return fmt.Errorf("entry %s: %w", shown(name), err)
	}
	target, err := d.store.bytes(o)
	if err != nil {
		return err
	}
	return d.put(ctx, source.Entry{Name: name, Mode: fs.ModeSymlink | 0o777, Link: string(target)}, nil)
}

func (d *delivery) put(ctx context.Context, e source.Entry, content io.Reader) error {
	if err := d.dst.Put(ctx, e, content); err != nil {
		return fmt.Errorf("deliver %s: %w", shown(e.Name), err)
	}
	return nil
}
