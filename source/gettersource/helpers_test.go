package gettersource_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/archivesource"
	"github.com/packtrain/pack/source/gettersource"
	"github.com/packtrain/pack/source/web"
)

// loopback allows what test servers need.
func loopback() pack.NetworkPolicy {
	return pack.NetworkPolicy{AllowHTTP: true, AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}
}

// clientWith is a client of test servers that has credentials.
func clientWith(t testing.TB, credentials map[string]pack.Credential) *web.Client {
	t.Helper()
	c, err := web.New(pack.Network{Policy: loopback(), Credentials: credentials}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// newSource completes a configuration.
func newSource(t testing.TB, c gettersource.Config) *gettersource.Source {
	t.Helper()
	if c.Scratch == "" {
		c.Scratch = t.TempDir()
	}
	c.Archives = archivesource.NewUnpacker(nil)
	if c.Client == nil {
		c.Client = clientWith(t, nil)
	}
	s, err := gettersource.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func serve(t testing.TB, h http.HandlerFunc) string {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv.URL
}

// archive makes a tar.gz of headers; a regular file's content is its Linkname.
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
		if _, err := w.Write([]byte(content)); err != nil {
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

func digest(data []byte) pack.Digest {
	sum := sha256.Sum256(data)
	return pack.Digest("sha256:" + hex.EncodeToString(sum[:]))
}

func pinOf(location string) pack.Pin {
	return pack.Pin{Scheme: gettersource.Scheme, Location: location, StripTop: true}
}

// fetch fetches a pin into a new tree, and wants nothing left in the scratch
// directory.
func fetch(t testing.TB, c gettersource.Config, pin pack.Pin) (source.TreeResult, error) {
	t.Helper()
	c.Scratch = t.TempDir()
	tree, err := source.NewTree(t.TempDir()+"/tree", &source.TreeOptions{StripTop: pin.StripTop, Subdir: pin.Subdir})
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Discard()
	err = newSource(t, c).Fetch(t.Context(), pin, tree)
	left, readErr := os.ReadDir(c.Scratch)
	if readErr != nil || len(left) > 0 {
		t.Errorf("left in the scratch directory: %v, %v", left, readErr)
	}
	if err != nil {
		return source.TreeResult{}, err
	}
	return tree.Finish()
}

func wantCode(t testing.TB, err error, want pack.Code) {
	t.Helper()
	if got := pack.CodeOf(err); got != want {
		t.Errorf("got code %q (error %v), want %q", got, err, want)
	}
}

func resolve(ctx context.Context, s source.Source, location string) ([]pack.Pin, error) {
	return s.Resolve(ctx, source.Locator{Scheme: gettersource.Scheme, Location: location})
}
