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
	"github.com/packtrain/pack/internal/git"
	"github.com/packtrain/pack/source"
)

// lfsStart is the start of a pointer of Git LFS.
const lfsStart = "version https://git-lfs.github.com/spec/"

// A delivery pushes the files of one commit into a sink. Limits hold while it
// walks: a few trees that hold each other many times would never end.
type delivery struct {
	store   *git.Store
	limits  Limits
	dst     source.Sink
	entries int64
	bytes   int64
	trees   int64 // bytes of those that are being walked, which are in memory
}

// commit pushes the content of the directory subdir ("" for all) of a commit.
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
	o, err := d.store.Find(id, plumbing.CommitObject)
	if err != nil {
		return id, err
	}
	if err := check("size of the commit", d.limits.TreeBytes, o.Size); err != nil {
		return id, err
	}
	content, err := d.store.Bytes(o)
	if err != nil {
		return id, err
	}
	return git.CommitTree(content)
}

// child returns the directory name inside of a tree.
func (d *delivery) child(tree plumbing.Hash, name, subdir string) (child plumbing.Hash, err error) {
	content, err := d.read(tree)
	if err != nil {
		return child, err
	}
	for e, err := range git.Tree(content) {
		switch {
		case err != nil:
			return child, err
		case e.Name != name:
		case e.Mode == git.ModeDir:
			child = e.ID
		case e.Mode == git.ModeSymlink:
			return child, pack.Errorf(pack.CodeForbiddenEntry, "directory %q: %q is a symbolic link", subdir, name)
		}
	}
	if child.IsZero() {
		return child, pack.Errorf(pack.CodeNotFound, "directory %q does not exist in the repository: there is no directory %q", subdir, name)
	}
	return child, nil
}

func (d *delivery) read(tree plumbing.Hash) ([]byte, error) {
	o, err := d.store.Find(tree, plumbing.TreeObject)
	if err != nil {
		return nil, err
	}
	if err := check("size of the trees of a path", d.limits.TreeBytes, d.trees+o.Size); err != nil {
		return nil, err
	}
	return d.store.Bytes(o)
}

func (d *delivery) tree(ctx context.Context, id plumbing.Hash, dir string, depth int64) error {
	content, err := d.read(id)
	if err != nil {
		return err
	}
	d.trees += int64(len(content))
	defer func() { d.trees -= int64(len(content)) }()
	for e, err := range git.Tree(content) {
		if err != nil {
			return err
		}
		if err := d.entry(ctx, e, join(dir, e.Name), depth+1); err != nil {
			return err
		}
	}
	return nil
}

// join does not clean: the sink checks names as they are.
func join(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}

func (d *delivery) entry(ctx context.Context, e git.TreeEntry, name string, depth int64) error {
	if err := d.checkEntry(ctx, name, depth); err != nil {
		return err
	}
	switch e.Mode {
	case git.ModeDir:
		if err := d.put(ctx, source.Entry{Name: name, Mode: fs.ModeDir | 0o755}, nil); err != nil {
			return err
		}
		return d.tree(ctx, e.ID, name, depth)
	case git.ModeFile, git.ModeGroupFile:
		return d.file(ctx, e.ID, source.Entry{Name: name, Mode: 0o644})
	case git.ModeExecutable:
		return d.file(ctx, e.ID, source.Entry{Name: name, Mode: 0o755})
	case git.ModeSymlink:
		return d.symlink(ctx, e.ID, name)
	case git.ModeSubmodule:
		return pack.Errorf(pack.CodePolicyDenied, "entry %s is a submodule: packs have to hold their files themselves", shown(name))
	}
	return pack.Errorf(pack.CodeForbiddenEntry, "entry %s has mode %o: only regular files and directories are allowed", shown(name), e.Mode)
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
	o, err := d.store.Find(id, plumbing.BlobObject)
	if err != nil {
		return err
	}
	d.bytes += o.Size
	if err := check("size of all files", d.limits.Bytes, d.bytes); err != nil {
		return err
	}
	if path.Base(e.Name) == "pack.yaml" {
		if err := d.checkPointer(o, e.Name); err != nil {
			return err
		}
	}
	e.Size = o.Size
	return d.put(ctx, e, d.store.Reader(o))
}

// checkPointer refuses a pack.yaml that is a Git LFS pointer, which would be
// read as a strange manifest.
func (d *delivery) checkPointer(o git.Object, name string) error {
	start := make([]byte, len(lfsStart))
	_, _ = io.ReadFull(d.store.Reader(o), start) // what fails here fails again when the sink reads
	if string(start) == lfsStart {
		return pack.Errorf(pack.CodeInvalidManifest, "%s is a Git LFS pointer, not the file itself: keep the files of a pack out of LFS", shown(name))
	}
	return nil
}

func (d *delivery) symlink(ctx context.Context, id plumbing.Hash, name string) error {
	o, err := d.store.Find(id, plumbing.BlobObject)
	if err != nil {
		return err
	}
	if err := check("length of a symbolic link", d.limits.PathLen, o.Size); err != nil {
		return fmt.Errorf("entry %s: %w", shown(name), err)
	}
	target, err := d.store.Bytes(o)
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
