package archivesource_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/testkit/archivetest"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/archivesource"
	"github.com/packtrain/pack/source/sourcetest"
	"github.com/packtrain/pack/source/web"
)

// loopback allows what test servers need.
func loopback() pack.NetworkPolicy {
	return pack.NetworkPolicy{AllowHTTP: true, AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}
}

func newSource() *archivesource.Source {
	return archivesource.New(clientFor(pack.Network{Policy: loopback()}), nil)
}

// clientFor is a client that may do what network says.
func clientFor(network pack.Network) *web.Client { return must(web.New(network, nil)) }

// archive makes a tar.gz of headers; a regular file's content is its Linkname,
// which such a header does not need.
func archive(t testing.TB, headers ...tar.Header) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	w := tar.NewWriter(z)
	for _, h := range headers {
		content := ""
		if h.Typeflag == tar.TypeReg {
			content, h.Linkname = h.Linkname, ""
			h.Size = int64(len(content))
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func file(name, content string) tar.Header {
	return tar.Header{Typeflag: tar.TypeReg, Name: name, Linkname: content, Mode: 0o644}
}

func dir(name string) tar.Header {
	return tar.Header{Typeflag: tar.TypeDir, Name: name, Mode: 0o755}
}

func demo(t testing.TB) []byte {
	t.Helper()
	return archive(t, dir("demo-1.0.0/"), file("demo-1.0.0/pack.yaml", archivetest.Manifest), file("demo-1.0.0/actions/run.sh", "#!/bin/sh\n"))
}

// noise is 200 kB that cannot be compressed.
func noise(t testing.TB) string {
	t.Helper()
	p := make([]byte, 200_000)
	if _, err := rand.NewChaCha8([32]byte{}).Read(p); err != nil {
		t.Fatal(err)
	}
	return string(p)
}

func digest(data []byte) pack.Digest {
	sum := sha256.Sum256(data)
	return pack.Digest("sha256:" + hex.EncodeToString(sum[:]))
}

func serve(t testing.TB, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv
}

// serveBytes answers every request with data.
func serveBytes(t testing.TB, data []byte) *httptest.Server {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, _ *http.Request) { w.Write(data) })
}

func pinOf(url string) pack.Pin {
	return pack.Pin{Scheme: source.SchemeHTTP, Location: url, StripTop: true}
}

// fetch fetches into a new Tree and finishes it.
func fetch(t testing.TB, s source.Source, pin pack.Pin) (source.TreeResult, error) {
	t.Helper()
	tree, err := source.NewTree(filepath.Join(t.TempDir(), "tree"), &source.TreeOptions{StripTop: pin.StripTop, Subdir: pin.Subdir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tree.Discard(); err != nil {
			t.Error(err)
		}
	})
	if err := s.Fetch(t.Context(), pin, tree); err != nil {
		return source.TreeResult{}, err
	}
	return tree.Finish()
}

// take takes what a pin stands for as an installation does.
func take(t testing.TB, s source.Source, pin pack.Pin, want pack.Code) source.TreeResult {
	t.Helper()
	return sourcetest.Receive(t, pinned{s, pin}, source.Locator{Scheme: pin.Scheme, Location: pin.Location}, want)
}

// A pinned source resolves everything to one pin.
type pinned struct {
	source.Source

	pin pack.Pin
}

func (p pinned) Resolve(context.Context, source.Locator) ([]pack.Pin, error) {
	return []pack.Pin{p.pin}, nil
}

func wantCode(t testing.TB, err error, want pack.Code) {
	t.Helper()
	if got := pack.CodeOf(err); got != want {
		t.Errorf("code %q of error %v, want %q", got, err, want)
	}
}

// A sinkFunc is a Sink that is one function.
type sinkFunc func(e source.Entry, content io.Reader) error

func (f sinkFunc) Put(_ context.Context, e source.Entry, content io.Reader) error {
	return f(e, content)
}

// must returns v of a constructor that cannot fail here.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// newSourceWith returns a source that may contact test servers.
func newSourceWith(t testing.TB, opts archivesource.Options) *archivesource.Source {
	t.Helper()
	return archivesource.New(clientFor(pack.Network{Policy: loopback()}), &opts)
}
