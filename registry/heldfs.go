package registry

import (
	"bytes"
	"io"
	"io/fs"
)

// The limits of what a [heldFS] holds, in bytes.
const (
	heldFile = 64 << 10
	heldAll  = 4 << 20
)

// A heldFS is a directory whose small files are held in memory as they were written. It
// is used by one goroutine at a time.
type heldFS struct {
	fs.FS

	files map[string][]byte
	size  int64
}

// reader returns a reader of a file of the given size about to be written. keep, called
// after it was read, holds what was read, unless that is too large.
func (h *heldFS) reader(file io.Reader, size int64) (_ io.Reader, keep func(name string)) {
	if size > heldFile || h.size+size > heldAll {
		return file, func(string) {}
	}
	data := bytes.NewBuffer(make([]byte, 0, size))
	return io.TeeReader(file, data), func(name string) {
		h.files[name] = data.Bytes()
		h.size += size
	}
}

// Open implements [fs.FS].
func (h *heldFS) Open(name string) (fs.File, error) {
	if data, ok := h.files[name]; ok {
		return &heldReader{Reader: bytes.NewReader(data), fsys: h.FS, name: name}, nil
	}
	return h.FS.Open(name)
}

// A heldReader is a file in memory. Its metadata come from the disk.
type heldReader struct {
	*bytes.Reader

	fsys fs.FS
	name string
}

// Stat implements [fs.File].
func (f *heldReader) Stat() (fs.FileInfo, error) { return fs.Stat(f.fsys, f.name) }

// Close implements [fs.File].
func (*heldReader) Close() error { return nil }
