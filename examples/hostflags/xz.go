package hostflags

import (
	"errors"
	"io"

	"github.com/mikelolasagasti/xz"

	"github.com/packtrain/pack"
)

// xzMemory bounds the dictionary of a stream: that of "xz -9".
const xzMemory = 64 << 20

// XZ uncompresses .tar.xz for [host.Config]. A stream that demands a dictionary of more
// than 64 MiB has [pack.CodeMalformedContent].
func XZ(compressed io.Reader) (io.Reader, error) {
	r, err := xz.NewReader(compressed, xzMemory)
	return &xzReader{r}, explainXZ(err)
}

type xzReader struct{ r *xz.Reader }

// Read implements [io.Reader].
func (x *xzReader) Read(p []byte) (int, error) {
	n, err := x.r.Read(p)
	return n, explainXZ(err)
}

// explainXZ names the one fault that is not damage.
func explainXZ(err error) error {
	if errors.Is(err, xz.ErrMemlimit) {
		return pack.Errorf(pack.CodeMalformedContent, "the xz stream needs a dictionary of more than %d MiB: compress it with xz -9 or less: %w", xzMemory>>20, err)
	}
	return err
}
