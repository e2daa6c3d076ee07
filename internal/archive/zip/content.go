package zip

import (
	"bufio"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/flate"
)

// A content reads one file after another. It ends with io.EOF only when the
// file has the size and the checksum that the headers state.
type content struct {
	src     *source
	packed  *bufio.Reader // the compressed content
	inflate io.ReadCloser
	r       io.Reader // the uncompressed content
	f       *file
	crc     uint32
	left    int64
	err     error
}

func newContent(src *source) *content {
	c := &content{src: src, packed: bufio.NewReaderSize(nil, readAhead)}
	c.inflate = flate.NewReader(c.packed)
	return c
}

// open begins a file.
func (c *content) open(f *file) {
	c.packed.Reset(io.NewSectionReader(c.src, f.at, f.packed))
	c.r = c.packed
	if f.method == methodDeflated {
		_ = c.inflate.(flate.Resetter).Reset(c.packed, nil) // which never fails
		c.r = c.inflate
	}
	c.f, c.crc, c.left, c.err = f, 0, f.size, nil
}

// Read implements [io.Reader].
func (c *content) Read(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.r.Read(p)
	c.crc = crc32.Update(c.crc, crc32.IEEETable, p[:n])
	c.left -= int64(n)
	switch {
	case c.left < 0:
		c.err = malformed("entry %.80q has more content than its headers say", c.f.name)
	case err == io.EOF:
		c.err = c.end()
	case err != nil:
		c.err = malformed("the content of entry %.80q is broken: %w", c.f.name, err)
	}
	return n, c.err
}

// end returns io.EOF when the file is what its headers say.
func (c *content) end() error {
	_, err := c.packed.ReadByte()
	switch {
	case c.left > 0:
		return malformed("entry %.80q has less content than its headers say", c.f.name)
	case c.crc != c.f.crc:
		return malformed("entry %.80q has another checksum than its headers say", c.f.name)
	case err != io.EOF:
		return malformed("unexpected data after the compressed content of entry %.80q", c.f.name)
	}
	return err
}

// drain reads the rest.
func (c *content) drain() error {
	if c.err == nil {
		_, _ = io.Copy(io.Discard, c) // c.err has the error
	}
	if c.err == io.EOF { //nolint:errorlint // end returns it bare
		return nil
	}
	return c.err
}
