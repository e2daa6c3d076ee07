package source

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/packtrain/pack"
)

// PutFS pushes all of fsys into dst, in lexical order. Other entries than
// regular files and directories are pushed by name and type alone, for dst to
// refuse.
//
// Use it for content in a file system such as an embed.FS or a
// [testing/fstest.MapFS]. For directories that others write to, use the local
// source, which detects concurrent changes.
func PutFS(ctx context.Context, dst Sink, fsys fs.FS) error {
	top := true
	return fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		isTop := top
		top = false
		switch {
		case err != nil:
			return fmt.Errorf("read %q: %w", name, err)
		case ctx.Err() != nil:
			return fmt.Errorf("read %q: %w", name, ctx.Err())
		case isTop:
			return nil
		case path.Base(name) != d.Name() || name == ".":
			// The walk has cleaned a name such as "..", and would lead elsewhere.
			return pack.Errorf(pack.CodeUnsafePath, "entry %q: the name is not one component of a path", d.Name())
		case d.Type().IsRegular():
			return putFile(ctx, dst, fsys, name)
		}
		return dst.Put(ctx, Entry{Name: name, Mode: d.Type()}, nil)
	})
}

func putFile(ctx context.Context, dst Sink, fsys fs.FS, name string) (err error) {
	f, err := fsys.Open(name)
	if err != nil {
		return fmt.Errorf("read %q: %w", name, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("read %q: %w", name, err)
	}
	return dst.Put(ctx, Entry{Name: name, Mode: info.Mode(), Size: info.Size()}, f)
}
