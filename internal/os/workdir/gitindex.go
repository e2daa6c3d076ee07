package workdir

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // the checksum that git has chosen
	"crypto/sha256"
	"encoding/binary"
	"errors"
)

var errIndex = errors.New("the index of the git repository cannot be read")

// The layout of an index: a header of magic, version and number of entries; entries
// of numbers, an object name, flags and a path; extensions; a checksum.
const (
	indexHeader  = 12
	indexNumbers = 40
	indexFlags   = 2
	indexMore    = 0x40 // in the first byte of the flags: there are two bytes more
)

// indexNames returns the paths in an index of git, of the versions 2 to 4.
func indexNames(data []byte) ([]string, error) {
	if len(data) < indexHeader || !bytes.HasPrefix(data, []byte("DIRC")) {
		return nil, errIndex
	}
	r := indexReader{rest: data[indexHeader:], version: binary.BigEndian.Uint32(data[4:]), object: objectSize(data)}
	if r.version < 2 || r.version > 4 {
		return nil, errIndex
	}
	var names []string
	for range binary.BigEndian.Uint32(data[8:]) {
		if err := r.next(); err != nil {
			return nil, err
		}
		names = append(names, string(r.name))
	}
	return names, nil
}

// objectSize returns the size of object names: it is that of the checksum.
func objectSize(data []byte) int {
	if n := len(data) - sha256.Size; n > 0 {
		if sum := sha256.Sum256(data[:n]); bytes.Equal(sum[:], data[n:]) {
			return sha256.Size
		}
	}
	return sha1.Size
}

// An indexReader reads entries.
type indexReader struct {
	rest    []byte
	version uint32
	object  int
	name    []byte // of the last entry
}

// next reads one entry.
func (r *indexReader) next() error {
	fixed := indexNumbers + r.object + indexFlags
	if len(r.rest) < fixed {
		return errIndex
	}
	if r.rest[fixed-indexFlags]&indexMore != 0 {
		fixed += indexFlags
	}
	text, keep := r.rest[min(fixed, len(r.rest)):], 0
	if r.version == 4 {
		drop, n := offset(text)
		if n == 0 || drop > uint64(len(r.name)) {
			return errIndex
		}
		text, keep = text[n:], len(r.name)-int(drop)
	}
	end := bytes.IndexByte(text, 0)
	if end < 0 {
		return errIndex
	}
	r.name = append(r.name[:keep:keep], text[:end]...)
	used := len(r.rest) - len(text) + end + 1
	if r.version < 4 {
		used = (fixed + end + 8) &^ 7
	}
	if used > len(r.rest) {
		return errIndex
	}
	r.rest = r.rest[used:]
	return nil
}

// offset reads a number in the form of git's offsets, of n bytes; 0 bytes for none.
func offset(data []byte) (value uint64, n int) {
	for n < len(data) && n < 8 {
		c := data[n]
		n++
		value |= uint64(c & 0x7f)
		if c&0x80 == 0 {
			return value, n
		}
		value = (value + 1) << 7
	}
	return 0, 0
}
