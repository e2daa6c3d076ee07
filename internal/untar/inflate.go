package untar

import (
	"bufio"
	"io"

	"github.com/klauspost/compress/gzip"
)

const bufferSize = 64 << 10

// An inflater uncompresses all members of a gzip stream and keeps to the limits.
type inflater struct {
	gz     *gzip.Reader
	src    *counter
	limits Limits
	out    int64
}

func inflate(r io.Reader, limits Limits) (*inflater, error) {
	src := &counter{r: r}
	gz, err := gzip.NewReader(bufio.NewReaderSize(src, bufferSize))
	if err != nil {
		return nil, src.explain(err)
	}
	return &inflater{gz: gz, src: src, limits: limits}, nil
}

// Read implements [io.Reader].
func (i *inflater) Read(p []byte) (int, error) {
	n, err := i.gz.Read(p)
	i.out += int64(n)
	if limit := i.check(); limit != nil {
		return n, limit
	}
	if err == nil || err == io.EOF { //nolint:errorlint // readers return it bare
		return n, err
	}
	return n, i.src.explain(err)
}

func (i *inflater) check() error {
	if i.out > freeOfRatio {
		if err := over("compression ratio", i.limits.ratio(), i.out/max(i.src.n, 1)); err != nil {
			return err
		}
	}
	return over("unpacked size", i.limits.unpacked(), i.out)
}

// A counter counts what is read, and tells the failure of its reader from the
// consequences.
type counter struct {
	r   io.Reader
	n   int64
	err error
}

// Read implements [io.Reader].
func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if err != nil && err != io.EOF {
		c.err = err
	}
	return n, err
}

func (c *counter) explain(err error) error {
	if c.err != nil {
		return c.err
	}
	if err == io.EOF { //nolint:errorlint // readers return it bare
		err = io.ErrUnexpectedEOF
	}
	return malformed("the gzip stream is broken or was cut: %w", err)
}
