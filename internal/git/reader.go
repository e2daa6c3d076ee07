package git

import (
	"errors"
	"io"

	"github.com/go-git/go-git/v5/plumbing"
)

// A reader inflates objects into a store, within limits.
type reader struct {
	limits   Limits
	store    *Store
	in       *input
	inflated int64 // bytes that came out of compressed streams
	total    int64 // bytes of all objects
	again    int64 // bytes of objects in the file that deltas built on
}

// charge accounts for an object before it is made.
func (r *reader) charge(size int64) error {
	if err := Check("object size", r.limits.ObjectBytes, size); err != nil {
		return err
	}
	r.total += size
	return Check("size of all objects", r.limits.Bytes, r.total)
}

// object reads the object whose stream has been started.
func (r *reader) object(typ plumbing.ObjectType, size int64) (plumbing.Hash, error) {
	if err := r.charge(size); err != nil {
		return plumbing.ZeroHash, err
	}
	id, err := r.store.receive(typ, size, r)
	if err != nil {
		return id, err
	}
	return id, r.end(size)
}

// Read implements [io.Reader] for the stream that was started, and watches the
// ratio of inflated bytes to those read.
func (r *reader) Read(p []byte) (int, error) {
	n, err := r.in.zlib.Read(p)
	r.inflated += int64(n)
	if r.inflated > ratioFrom {
		if over := Check("compression ratio", r.limits.Ratio, r.inflated/max(r.in.used(), 1)); over != nil {
			return n, over
		}
	}
	return n, err
}

// end expects the end of a stream, of which size bytes were read.
func (r *reader) end(size int64) error {
	n, err := r.Read(make([]byte, 1)) // reads the checksum, too
	switch {
	case n > 0:
		return Broken("an object has more than the %d bytes it says", size)
	case errors.Is(err, io.EOF):
		return nil
	}
	return err
}
