package git

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // guards against transfer errors only: objects have their own, stronger hash
	"hash"
	"io"
)

const checksumBytes = sha1.Size

// A summer hashes the bytes read through it, except the last ones, which are the
// checksum of a pack.
type summer struct {
	r    io.Reader
	hash hash.Hash
	last []byte
}

func newSummer(r io.Reader) *summer {
	return &summer{r: r, hash: sha1.New(), last: make([]byte, 0, 2*checksumBytes)} //nolint:gosec // as above
}

// Read implements [io.Reader].
func (s *summer) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	rest := p[:n]
	if n >= checksumBytes {
		_, _ = s.hash.Write(s.last) // which never fails
		_, _ = s.hash.Write(p[:n-checksumBytes])
		s.last, rest = s.last[:0], p[n-checksumBytes:n]
	}
	s.last = append(s.last, rest...)
	if more := len(s.last) - checksumBytes; more > 0 {
		_, _ = s.hash.Write(s.last[:more])
		s.last = append(s.last[:0], s.last[more:]...)
	}
	return n, err
}

// check compares the checksum, when everything was read.
func (s *summer) check() error {
	if sum := s.hash.Sum(nil); !bytes.Equal(sum, s.last) {
		return Broken("the pack states the checksum %x, but the received data has %x", s.last, sum)
	}
	return nil
}
