package bundle

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/packtrain/pack"
)

const (
	manifestName = "bundle.json"
	block        = 512
	ending       = 2 * block // blocks of zeros
)

// header returns the one header of a file in a bundle.
func header(name string, size int64) ([]byte, error) {
	var b bytes.Buffer
	err := tar.NewWriter(&b).WriteHeader(&tar.Header{
		Format: tar.FormatUSTAR, Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o644, ModTime: time.Unix(0, 0),
	})
	return b.Bytes(), err
}

// padding returns how many zeros follow a content.
func padding(size int64) int64 { return (block - size%block) % block }

// A span is where a content lies in the file of a bundle.
type span struct{ at, size int64 }

// spans returns where the contents lie, and the size of the file.
func (m *Manifest) spans(manifest int64) (all map[pack.Digest]span, end int64) {
	all = map[pack.Digest]span{}
	for i := range m.Entries {
		all[m.Entries[i].Digest] = span{size: m.Entries[i].Size}
	}
	end = block + manifest + padding(manifest)
	for _, d := range slices.Sorted(maps.Keys(all)) {
		s := all[d]
		all[d] = span{end + block, s.size}
		end += block + s.size + padding(s.size)
	}
	return all, end + ending
}

var errFrame = errors.New("it is not a bundle, or was damaged")

// readFrame reads the manifest of a file, and checks all bytes that are not contents.
func readFrame(f io.ReaderAt, size int64) (*Manifest, map[pack.Digest]span, error) {
	var first [block]byte
	if _, err := f.ReadAt(first[:], 0); err != nil {
		return nil, nil, malformed("%w", errFrame)
	}
	octal, _, _ := strings.Cut(string(first[124:136]), "\x00")
	length, err := strconv.ParseInt(octal, 8, 64)
	if err == nil && length > maxManifest {
		return nil, nil, &pack.LimitError{Limit: "size of the manifest of a bundle", Max: maxManifest, Value: length}
	}
	if err != nil || length < 0 || !has(f, 0, manifestName, length) {
		return nil, nil, malformed("%w", errFrame)
	}
	data := make([]byte, length)
	if _, err := f.ReadAt(data, block); err != nil {
		return nil, nil, malformed("%w", errFrame)
	}
	m, err := parseManifest(data)
	if err != nil {
		return nil, nil, err
	}
	spans, end := m.spans(length)
	if size != end {
		return nil, nil, malformed("its size is %d bytes, and its manifest states %d", size, end)
	}
	return m, spans, checkFrame(f, spans, length, end)
}

// checkFrame checks the headers of the contents and the zeros after them.
func checkFrame(f io.ReaderAt, spans map[pack.Digest]span, manifest, end int64) error {
	whole := zeros(f, block+manifest, padding(manifest)) && zeros(f, end-ending, ending)
	for d, s := range spans {
		whole = whole && has(f, s.at-block, blobPath(d), s.size) && zeros(f, s.at+s.size, padding(s.size))
	}
	if !whole {
		return malformed("%w", errFrame)
	}
	return nil
}

// has reports whether the header of a file is at a position.
func has(f io.ReaderAt, at int64, name string, size int64) bool {
	want, err := header(name, size)
	got := make([]byte, block)
	_, err2 := f.ReadAt(got, at)
	return err == nil && err2 == nil && bytes.Equal(got, want)
}

// zeros reports whether there are n zeros at a position.
func zeros(f io.ReaderAt, at, n int64) bool {
	got := make([]byte, n)
	k, _ := f.ReadAt(got, at) // a part is not enough
	return int64(k) == n && len(bytes.Trim(got, "\x00")) == 0
}
