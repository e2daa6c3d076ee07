package git

import (
	"bufio"
	"io"

	"github.com/klauspost/compress/zlib"
)

// An input reads compressed streams, one after another, and counts their bytes
// exactly: nothing past the end of a stream is read for it.
type input struct {
	*bufio.Reader

	below counter
	zlib  io.ReadCloser // is reset for each stream
}

func newInput(r io.Reader, buffer int) *input {
	in := &input{below: counter{r: r}}
	in.Reader = bufio.NewReaderSize(&in.below, buffer)
	return in
}

// continueWith goes on with another reader.
func (in *input) continueWith(r io.Reader) {
	in.below = counter{r: r, n: in.used()}
	in.Reset(&in.below)
}

// used returns how many bytes were taken so far.
func (in *input) used() int64 { return in.below.n - int64(in.Buffered()) }

// start begins to read the stream that in is at, as in.zlib.
func (in *input) start() (err error) {
	if in.zlib == nil {
		in.zlib, err = zlib.NewReader(in.Reader)
		return err
	}
	return in.zlib.(zlib.Resetter).Reset(in.Reader, nil)
}

// A counter counts the bytes read through it.
type counter struct {
	r io.Reader
	n int64
}

// Read implements [io.Reader].
func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
