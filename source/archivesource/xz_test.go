package archivesource_test

import (
	"compress/gzip"
	"io"

	"github.com/packtrain/pack/internal/archivetest"
)

const xzMark = "\xfd7zXZ\x00"

// standIn makes what standInDecoder uncompresses: the mark of xz, and behind it
// a gzip stream, because there is no xz in the standard library.
func standIn(content string) []byte {
	return append([]byte(xzMark), archivetest.Gzip(content)...)
}

func standInDecoder(r io.Reader) (io.Reader, error) {
	if _, err := io.CopyN(io.Discard, r, int64(len(xzMark))); err != nil {
		return nil, err
	}
	return gzip.NewReader(r)
}
