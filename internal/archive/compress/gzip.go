package compress

import (
	"bufio"
	"io"

	"github.com/klauspost/compress/gzip"
)

// A members reads the members of a gzip stream, one after another. The decoder
// would do so, but takes a header that was cut in a name for the end.
type members struct {
	r *bufio.Reader
	z *gzip.Reader
}

func newMembers(r *bufio.Reader) (*members, error) {
	m := &members{r: r, z: new(gzip.Reader)}
	return m, m.next()
}

// Read implements [io.Reader].
func (m *members) Read(p []byte) (n int, err error) {
	for n == 0 && err == nil && len(p) > 0 {
		n, err = m.z.Read(p)
		if err != io.EOF { //nolint:errorlint // gzip returns it bare
			continue
		}
		next, end := m.r.Peek(1)
		switch {
		case end != nil:
			err = end
		case next[0] == 0:
			err = m.padding()
		default:
			err = m.next()
		}
	}
	return n, err
}

// next reads the header of a member.
func (m *members) next() error {
	err := m.z.Reset(m.r)
	if err == io.EOF { //nolint:errorlint // as above
		err = io.ErrUnexpectedEOF
	}
	m.z.Multistream(false)
	return err
}

// padding reads zeros to the end of the stream: tapes and copies in whole blocks
// have them after the last member, and gzip, tar and Python ignore them.
func (m *members) padding() error {
	for {
		b, err := m.r.ReadByte()
		if err != nil {
			return err
		}
		if b != 0 {
			return malformed("unexpected data after the zeros at the end of the gzip stream")
		}
	}
}
