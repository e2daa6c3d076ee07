package archivetest

import (
	"bytes"
	"compress/gzip"

	"github.com/klauspost/compress/zstd"
)

// Gzip makes a gzip stream with one member for each part.
func Gzip(parts ...string) []byte {
	var out bytes.Buffer
	for _, p := range parts {
		w, _ := gzip.NewWriterLevel(&out, gzip.BestSpeed) // fails for unknown levels only
		_, _ = w.Write([]byte(p))                         // a buffer takes everything
		_ = w.Close()
	}
	return out.Bytes()
}

// Zstd makes a zstd stream with one frame for each part.
func Zstd(parts ...string) []byte {
	var out []byte
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		panic(err) // the options are constant
	}
	for _, p := range parts {
		out = w.EncodeAll([]byte(p), out)
	}
	return out
}
