package registry

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/archive/write"
	"github.com/packtrain/pack/internal/digest"
	"github.com/packtrain/pack/internal/os/fsx"
)

func readError(doing string, err error) error {
	code := pack.CodeIO
	if errors.Is(err, fs.ErrNotExist) {
		code = pack.CodeNotFound
	}
	return pack.Errorf(code, "%s: %w", doing, err)
}

// treeDigest implements [input]: it reads all files after checking the limits, unless an
// earlier stage of the operation has read them.
func (f inputFS) treeDigest() (pack.Digest, error) {
	if f.digest != "" {
		return f.digest, nil
	}
	if err := f.measure(); err != nil {
		return "", err
	}
	return pack.TreeDigest(f)
}

// bringTo implements [input]: it copies. The small files of the copy remain in memory, so
// that checking it reads the disk no further.
func (f inputFS) bringTo(ctx context.Context, dest string) (brought, error) {
	held := &heldFS{FS: os.DirFS(dest), files: map[string][]byte{}}
	tree, err := f.copyTo(ctx, dest, held)
	return brought{held, tree}, err
}

// measure checks that f is within the limits before its content is read.
func (f inputFS) measure() error {
	var entries, dirs, size int64
	return fs.WalkDir(f, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return readError("read", err)
		}
		info, err := d.Info()
		if err != nil {
			return readError("read", err)
		}
		entries++
		if d.IsDir() {
			dirs++
		}
		if info.Mode().IsRegular() {
			size += info.Size()
		}
		depth := int64(strings.Count(name, "/")) + 1
		for _, l := range []pack.LimitError{
			{Limit: "number of files and directories", Max: write.DefaultEntries, Value: entries},
			{Limit: "number of directories", Max: write.DefaultDirectories, Value: dirs},
			{Limit: "depth", Max: write.DefaultDepth, Value: depth, Path: name},
			{Limit: "size of all files", Max: write.DefaultBytes, Value: size, Path: name},
		} {
			if l.Value > l.Max {
				return &l
			}
		}
		return nil
	})
}

// copyTo writes all of f into the directory dest, which it creates, and returns the
// tree digest of the copy. held holds the small files of it.
func (f inputFS) copyTo(ctx context.Context, dest string, held *heldFS) (_ pack.Digest, err error) {
	if err := fsx.Mkdir(dest); err != nil {
		return "", pack.Errorf(pack.CodeIO, "copy pack: %w", err)
	}
	root, err := os.OpenRoot(dest)
	if err != nil {
		return "", pack.Errorf(pack.CodeIO, "copy pack: %w", err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	w := write.New(root, write.Options{})
	defer w.Close()
	if err := fs.WalkDir(f, ".", func(name string, d fs.DirEntry, err error) error { return f.put(ctx, w, held, name, d, err) }); err != nil {
		return "", fmt.Errorf("copy pack: %w", err)
	}
	if err := w.Finish(); err != nil {
		return "", fmt.Errorf("copy pack: %w", err)
	}
	written := w.Files()
	files := make([]digest.File, len(written))
	for i := range written {
		files[i] = digest.File(written[i])
	}
	return pack.Digest(digest.Tree(files)), nil
}

func (f inputFS) put(ctx context.Context, w *write.Writer, held *heldFS, name string, d fs.DirEntry, err error) error {
	switch {
	case err != nil:
		return readError("read", err)
	case name == ".":
		return ctx.Err()
	case !d.Type().IsRegular():
		return w.Put(ctx, write.Entry{Name: name, Mode: d.Type()}, nil)
	}
	file, err := f.Open(name)
	if err != nil {
		return readError("read", err)
	}
	defer func() { _ = file.Close() }() // opened for reading only
	info, err := file.Stat()
	if err != nil {
		return readError("read", err)
	}
	data, keep := held.reader(file, info.Size())
	err = w.Put(ctx, write.Entry{Name: name, Mode: info.Mode(), Size: info.Size()}, data)
	if err == nil {
		keep(name)
	}
	return err
}
