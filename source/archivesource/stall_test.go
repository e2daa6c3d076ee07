package archivesource_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

// TestRefusalDoesNotWaitForTheServer: a server that stops sending does not delay
// a refusal.
func TestRefusalDoesNotWaitForTheServer(t *testing.T) {
	t.Parallel()
	var files []tar.Header
	for i := range 20 {
		files = append(files, file("demo/"+string(rune('a'+i)), noise(t)))
	}
	data := archive(t, files...)
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write(data[:len(data)/2])
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	ctx, cancel := context.WithTimeout(t.Context(), 25*time.Second) // less than a silent server is given
	defer cancel()
	refused, n := errors.New("not this one"), 0
	err := newSource().Fetch(ctx, pinOf(srv.URL+"/x.tar.gz"), sinkFunc(func(_ source.Entry, content io.Reader) error {
		if n++; n == 8 { // the stream is read ahead by then
			return refused
		}
		_, err := io.Copy(io.Discard, content)
		return err
	}))
	if !errors.Is(err, refused) || ctx.Err() != nil {
		t.Errorf("got %v, and %v of the context", err, ctx.Err())
	}
}

// TestBrokenArchivesAreReadToTheirEnd: a digest mismatch is reported even when
// the content turns out to be broken before the end.
func TestBrokenArchivesAreReadToTheirEnd(t *testing.T) {
	t.Parallel()
	data := archive(t, file("pack.yaml", noise(t)))
	n := len(data) / 4
	other := slices.Concat(data[:n], bytes.Repeat([]byte{'x'}, n), data[2*n:])
	broken := make(chan struct{})
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write(other[:2*n])
		_ = http.NewResponseController(w).Flush()
		select {
		case <-broken:
			_, _ = w.Write(other[2*n:])
		case <-r.Context().Done():
		}
	})
	pin := pinOf(srv.URL + "/x.tar.gz")
	pin.ArchiveDigest = digest(data)
	err := newSource().Fetch(t.Context(), pin, sinkFunc(func(_ source.Entry, content io.Reader) error {
		_, err := io.Copy(io.Discard, content)
		close(broken)
		return err
	}))
	wantCode(t, err, pack.CodeChecksumMismatch)
}
