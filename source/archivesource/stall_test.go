package archivesource_test

import (
	"archive/tar"
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/packtrain/pack/source"
)

// TestRefusalDoesNotWaitForTheServer: a server that stops sending keeps nobody
// who wants nothing more of what it has.
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
