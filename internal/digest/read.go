package digest

import (
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"io/fs"
)

// A Reader reads the files of a tree, one after the other, with one hash and buffer.
type Reader struct {
	hash hash.Hash
	buf  []byte
}

// NewReader returns a Reader.
func NewReader() *Reader { return &Reader{sha256.New(), make([]byte, 64<<10)} }

// Read reads the file name of fsys.
func (r *Reader) Read(fsys fs.FS, name string) (File, error) {
	file := File{Path: name}
	f, err := fsys.Open(name)
	if err != nil {
		return file, err
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return file, err
	}
	file.Executable = info.Mode()&0o111 != 0
	file.Size, file.Sum, err = r.sum(f)
	return file, err
}

// sum does not use io.CopyBuffer: an os.File would ignore the buffer.
func (r *Reader) sum(content io.Reader) (size int64, sum [sha256.Size]byte, err error) {
	r.hash.Reset()
	for err == nil {
		var n int
		n, err = content.Read(r.buf)
		r.hash.Write(r.buf[:n])
		size += int64(n)
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	r.hash.Sum(sum[:0])
	return size, sum, err
}
