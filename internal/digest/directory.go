package digest

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"io"
	"io/fs"
)

// fileTag begins the framing of every file in a directory checksum.
const fileTag = "attune-pack-file-v1"

// bufferSize is also the size up to which AddFile needs no Stat: it holds all
// but a few files of real packs.
const bufferSize = 32 << 10

// A Directory computes the directory checksum `attune-pack-file-v1` of files
// that it is given in order. After an error it is unusable.
//
// The checksum is SHA-256 over, for each file: the tag "attune-pack-file-v1",
// the length of the path, the path, the length of the content, the content.
// Lengths are 8 bytes, big-endian.
type Directory struct {
	order Order
	hash  hash.Hash
	last  string
	any   bool
	head  []byte
	buf   []byte
}

// NewDirectory returns a Directory that takes files in the given order, which
// is [ByComponent] unless the checksum to compare with was made otherwise.
func NewDirectory(order Order) *Directory {
	return &Directory{order: order, hash: sha256.New()}
}

// Reset makes d as new, with its buffers kept.
func (d *Directory) Reset() {
	d.hash.Reset()
	d.last, d.any = "", false
}

// Begin takes the next file, whose content of the given size follows by
// [Directory.Write]. A path that does not sort after the last one is an error.
func (d *Directory) Begin(path string, size int64) error {
	if d.any && d.order(d.last, path) >= 0 {
		return fmt.Errorf("checksum of %q: comes after %q", path, d.last)
	}
	d.last, d.any = path, true
	d.head = append(d.head[:0], fileTag...)
	d.head = appendFramed(d.head, path)
	d.head = binary.BigEndian.AppendUint64(d.head, uint64(size))
	d.hash.Write(d.head)
	return nil
}

// Write takes the next part of the content. It never fails: the caller must
// write as many bytes as it passed to [Directory.Begin].
func (d *Directory) Write(p []byte) (int, error) { return d.hash.Write(p) }

// Add takes the next file. Content of another size than the given one, or a path
// that does not sort after the last one, is an error.
func (d *Directory) Add(path string, size int64, content io.Reader) error {
	n, err := d.fill(content)
	if err != nil {
		return fmt.Errorf("read %q: %w", path, err)
	}
	return d.add(path, size, n, content)
}

// AddFile takes the next file as it was opened.
func (d *Directory) AddFile(path string, f fs.File) error {
	n, err := d.fill(f)
	if err != nil {
		return fmt.Errorf("read %q: %w", path, err)
	}
	size := int64(n)
	if n == len(d.buf) {
		info, err := f.Stat()
		if err != nil {
			return fmt.Errorf("read %q: %w", path, err)
		}
		size = info.Size()
	}
	return d.add(path, size, n, f)
}

// Sum returns the checksum, "sha256:<hex>", of the files added so far.
func (d *Directory) Sum() string { return text(d.hash) }

// add frames one file of which n bytes are in the buffer already.
func (d *Directory) add(path string, size int64, n int, rest io.Reader) error {
	if err := d.Begin(path, size); err != nil {
		return err
	}
	got, err := d.drain(n, rest)
	if err != nil {
		return fmt.Errorf("read %q: %w", path, err)
	}
	if got != size {
		return fmt.Errorf("read %q: has %d bytes, want %d", path, got, size)
	}
	return nil
}

// drain hashes the n bytes in the buffer and, when they fill it, the rest.
func (d *Directory) drain(n int, rest io.Reader) (int64, error) {
	total := int64(n)
	d.hash.Write(d.buf[:n])
	for n == len(d.buf) {
		var err error
		if n, err = d.fill(rest); err != nil {
			return total, err
		}
		d.hash.Write(d.buf[:n])
		total += int64(n)
	}
	return total, nil
}

// fill reads until the buffer is full or r ends. It is not io.ReadFull, which
// would take a reader's own io.ErrUnexpectedEOF for the end.
func (d *Directory) fill(r io.Reader) (n int, err error) {
	if d.buf == nil {
		d.buf = make([]byte, bufferSize)
	}
	for n < len(d.buf) && err == nil {
		var m int
		m, err = r.Read(d.buf[n:])
		n += m
	}
	if err == io.EOF {
		err = nil
	}
	return n, err
}
