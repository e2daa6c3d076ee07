package web_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/web"
)

func inPEM(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func serveWithCertificate(t *testing.T) (srv *httptest.Server, authority []byte) {
	t.Helper()
	_, srv = serveTLS(t, http.HandlerFunc(hello))
	return srv, inPEM("CERTIFICATE", srv.Certificate().Raw)
}

// TestAuthoritiesAreTrusted beside whatever else is.
func TestAuthoritiesAreTrusted(t *testing.T) {
	t.Parallel()
	srv, authority := serveWithCertificate(t)
	with := pack.Network{Policy: loopback(), CAs: append([]byte("# ours\n"), authority...)}
	if body, err := get(t, web.MakeFor(with, nil), srv.URL); err != nil || string(body) != "hello" {
		t.Errorf("got %q, %v", body, err)
	}
	_, err := get(t, web.MakeFor(pack.Network{Policy: loopback()}, nil), srv.URL)
	wantCode(t, err, pack.CodeUnavailable)
}

// TestAuthoritiesBesideRoots: neither set of certificates replaces the other, and
// the host's settings stay as they are.
func TestAuthoritiesBesideRoots(t *testing.T) {
	t.Parallel()
	srv, authority := serveWithCertificate(t)
	other := newAuthority(t)
	settings := &tls.Config{RootCAs: other.pool(), MinVersion: tls.VersionTLS12}
	before := settings.RootCAs.Clone()
	c := web.MakeFor(pack.Network{Policy: loopback(), CAs: authority}, &web.Options{TLS: settings})
	if body, err := get(t, c, srv.URL); err != nil || string(body) != "hello" {
		t.Errorf("got %q, %v", body, err)
	}
	if !settings.RootCAs.Equal(before) {
		t.Error("the host's own settings have changed")
	}
}

func TestAuthoritiesAreReadStrictly(t *testing.T) {
	t.Parallel()
	srv, good := serveWithCertificate(t)
	for name, text := range map[string][]byte{
		"no PEM":               []byte("nothing"),
		"a key":                append(good, inPEM("PRIVATE KEY", []byte("x"))...),
		"no certificate in it": inPEM("CERTIFICATE", []byte("x")),
		"cut":                  append(good, good[:len(good)/2]...),
		"DER":                  srv.Certificate().Raw,
	} {
		_, err := web.New(pack.Network{CAs: text}, nil)
		wantCode(t, err, pack.CodeInvalidRequest)
		if err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if _, err := x509.ParseCertificate(srv.Certificate().Raw); err != nil {
		t.Fatal(err)
	}
}
