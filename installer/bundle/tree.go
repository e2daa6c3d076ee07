package bundle

import (
	"archive/tar"
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
	"time"

	"github.com/packtrain/pack"
	framed "github.com/packtrain/pack/internal/archive/tar"
	"github.com/packtrain/pack/internal/archive/write"
	"github.com/packtrain/pack/source"
)

// WriteTree writes the files of a pack as a bundle has them: a tar with nothing but their names, contents and
// executable bits. A link is an error with [pack.CodeForbiddenEntry].
func WriteTree(ctx context.Context, w io.Writer, fsys fs.FS) error {
	t := tar.NewWriter(w)
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err = cmp.Or(err, ctx.Err()); err != nil || entry.IsDir() {
			return err
		}
		return addFile(t, fsys, name, entry)
	})
	return cmp.Or(err, t.Close())
}

func addFile(t *tar.Writer, fsys fs.FS, name string, entry fs.DirEntry) (err error) {
	if !entry.Type().IsRegular() {
		return pack.Errorf(pack.CodeForbiddenEntry, "%q is neither a file nor a directory", name)
	}
	f, err := fsys.Open(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	h := &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: info.Size(), ModTime: time.Unix(0, 0)}
	if info.Mode()&0o111 != 0 {
		h.Mode = 0o755
	}
	if err := t.WriteHeader(h); err != nil {
		return err
	}
	_, err = io.Copy(t, f) // more or less than its size is an error
	return err
}

// pushTree pushes the files of a pack into dst, with the names that the owner of dst, who
// applies pin.StripTop and pin.Subdir, expects.
func pushTree(ctx context.Context, r io.Reader, pin pack.Pin, dst source.Sink) error {
	prefix := ""
	if dir := pin.Subdir; pin.StripTop {
		prefix = path.Join("content", dir) + "/"
	} else if dir != "" {
		prefix = dir + "/"
	}
	return framed.Walk(r, write.DefaultEntries, func(e framed.Entry, content io.Reader) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return dst.Put(ctx, source.Entry{Name: prefix + e.Name, Mode: e.Mode, Size: e.Size, Link: e.Link, Fault: e.Fault}, content)
	})
}
