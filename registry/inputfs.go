package registry

import (
	"io/fs"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/archive/write"
	"github.com/packtrain/pack/internal/os/workdir"
)

// An inputFS reads the files of a pack in a directory that other processes may change,
// within the limits of a pack's files.
type inputFS struct {
	*workdir.Dir

	digest pack.Digest // of the content, if it needs not be read to know that; else ""
}

func (f inputFS) close() { _ = f.Dir.Close() } // it was only read

// Open implements [fs.FS].
func (f inputFS) Open(name string) (fs.File, error) {
	file, err := f.Dir.Open(name)
	if err != nil {
		return nil, err
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
