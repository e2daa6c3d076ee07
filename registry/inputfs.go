package registry

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"syscall"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/archive/write"
)

// An inputFS reads a directory that other processes may change: it reads nothing
// outside of it and never blocks on a pipe. It omits directories of version control
// systems, which are not part of a pack.
type inputFS struct {
	root *os.Root
}

var errIrregular = errors.New("not a regular file")

func (f inputFS) close() { _ = f.root.Close() } // it was only read

// Open implements [fs.FS].
func (f inputFS) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	file, err := f.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		err = &fs.PathError{Op: "open", Path: name, Err: errIrregular}
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &inputFile{File: file, name: name}, nil
}

// An inputFile returns an error if it exceeds the size limit of a pack's file, also if
// it grows during the read.
type inputFile struct {
	fs.File
	name string
	read int64
}

// Read implements [io.Reader].
func (f *inputFile) Read(p []byte) (int, error) {
	n, err := f.File.Read(p)
	if f.read += int64(n); f.read > write.DefaultFileBytes {
		return n, &pack.LimitError{Limit: "file size", Max: write.DefaultFileBytes, Value: f.read, Path: f.name}
	}
	return n, err
}

// ReadDir implements [fs.ReadDirFS].
func (f inputFS) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(f.root.FS(), name)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return write.IsVCS(e.Name()) }), err
}

// Lstat implements [fs.ReadLinkFS].
func (f inputFS) Lstat(name string) (fs.FileInfo, error) { return f.root.Lstat(name) }

// ReadLink implements [fs.ReadLinkFS].
func (f inputFS) ReadLink(name string) (string, error) { return f.root.Readlink(name) }
