package web_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/web"
)

// An authority issues certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{key: key}
	cert := a.issue(t, x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	if a.cert, err = x509.ParseCertificate(cert.Certificate[0]); err != nil {
		t.Fatal(err)
	}
	return a
}

// issue completes a certificate: valid for 127.0.0.1 and an hour, unless it says
// otherwise. The authority's own is signed by itself.
func (a *authority) issue(t *testing.T, c x509.Certificate) tls.Certificate {
	t.Helper()
	c.SerialNumber, c.Subject = big.NewInt(time.Now().UnixNano()), pkix.Name{CommonName: "test"}
	c.NotBefore = time.Now().Add(-48 * time.Hour)
	if c.NotAfter.IsZero() {
		c.NotAfter = time.Now().Add(time.Hour)
	}
	if c.IPAddresses == nil && c.DNSNames == nil {
		c.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	}
	key, parent := a.key, a.cert
	if parent == nil {
		parent = &c
	} else {
		var err error
		if key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, &c, parent, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// serveBy serves with TLS settings of its own.
func serveBy(t *testing.T, config *tls.Config, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	srv := httptest.NewUnstartedServer(h)
	srv.TLS = config
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	return srv
}

func hello(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("hello")) }

// badCertificates: the authority is trusted in all cases but one.
func badCertificates(t *testing.T) {
	t.Parallel()
	ours, theirs := newAuthority(t), newAuthority(t)
	good := ours.issue(t, x509.Certificate{})
	huge := good
	huge.Certificate = slices.Repeat(good.Certificate, 2000)
	for name, tc := range map[string]struct {
		server *tls.Config
		ok     bool
	}{
		"good":       {&tls.Config{Certificates: []tls.Certificate{good}}, true},
		"expired":    {&tls.Config{Certificates: []tls.Certificate{ours.issue(t, x509.Certificate{NotAfter: time.Now().Add(-time.Hour)})}}, false},
		"wrong host": {&tls.Config{Certificates: []tls.Certificate{ours.issue(t, x509.Certificate{DNSNames: []string{"example.com"}})}}, false},
		"wrong use": {&tls.Config{Certificates: []tls.Certificate{
			ours.issue(t, x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}),
		}}, false},
		"unknown authority": {&tls.Config{Certificates: []tls.Certificate{theirs.issue(t, x509.Certificate{})}}, false},
		"huge chain":        {&tls.Config{Certificates: []tls.Certificate{huge}}, false},
		"TLS 1.1":           {&tls.Config{Certificates: []tls.Certificate{good}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := serveBy(t, tc.server, hello)
			c := web.Make(loopback(), &web.Options{TLS: &tls.Config{RootCAs: ours.pool()}})
			_, err := get(t, c, srv.URL)
			if tc.ok {
				wantCode(t, err, "")
				return
			}
			wantCode(t, err, pack.CodeUnavailable)
			if pack.Retryable(err) {
				t.Errorf("%v is not retryable", err)
			}
		})
	}
}

// stalledHandshake has a server that never answers the greeting.
func stalledHandshake(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := web.OverConn(pack.NetworkPolicy{}, &web.Options{}, 0, func(context.Context, string, string) (net.Conn, error) {
			client, server := net.Pipe()
			go io.Copy(io.Discard, server)
			return client, nil
		})
		start := time.Now()
		err := wantRefusal(t, c, "https://9.9.9.9", pack.CodeUnavailable)
		if d := time.Since(start); d > 15*time.Second || !pack.Retryable(err) {
			t.Errorf("gave up after %v with %v", d, err)
		}
	})
}

// cutTLS ends a connection in the middle of a body: without TLS's own
// close_notify, with one that comes too early, with a forged alert, and with an
// invalid record.
func cutTLS(t *testing.T) {
	t.Parallel()
	ours := newAuthority(t)
	for name, end := range map[string]func(*tls.Conn){
		"nothing":           func(*tls.Conn) {},
		"goodbye":           func(c *tls.Conn) { c.CloseWrite() },
		"alert":             func(c *tls.Conn) { io.WriteString(c.NetConn(), "\x15\x03\x03\x00\x02\x02\x28") },
		"goodbye of others": func(c *tls.Conn) { io.WriteString(c.NetConn(), "\x15\x03\x03\x00\x02\x01\x00") },
		"forged record":     func(c *tls.Conn) { io.WriteString(c.NetConn(), "\x17\x03\x03\x00\x14"+strings.Repeat("x", 20)) },
		"huge record":       func(c *tls.Conn) { io.WriteString(c.NetConn(), "\x17\x03\x03\xff\xff"+strings.Repeat("x", 100)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := serveBy(t, &tls.Config{Certificates: []tls.Certificate{ours.issue(t, x509.Certificate{})}}, func(w http.ResponseWriter, _ *http.Request) {
				conn, _, err := http.NewResponseController(w).Hijack()
				if err != nil {
					t.Error(err)
					return
				}
				io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it")
				end(conn.(*tls.Conn))
				conn.(*tls.Conn).NetConn().Close()
			})
			c := web.Make(loopback(), &web.Options{TLS: &tls.Config{RootCAs: ours.pool()}})
			_, err := get(t, c, srv.URL)
			wantCode(t, err, pack.CodeUnavailable)
			if retry := name == "nothing" || name == "goodbye"; retry && !pack.Retryable(err) {
				t.Errorf("%v should be retryable", err)
			}
		})
	}
}

// otherProtocol: a server that speaks HTTP/2 alone is refused, whatever its
// frames say. HTTP/2 is not spoken here.
func otherProtocol(t *testing.T) {
	t.Parallel()
	const settings, goAway, reset = "\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\x00",
		"\x00\x00\x08\x07\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", "\x00\x00\x04\x03\x00\x00\x00\x00\x01\x00\x00\x00\x00"
	for name, frames := range map[string]string{
		"settings": settings, "go away": goAway, "reset flood": strings.Repeat(reset, 100_000),
		"endless headers": strings.Repeat("\x00\x00\x01\x09\x00\x00\x00\x00\x01x", 100_000),
		"upgrade":         "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n" + settings,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := wantRefusal(t, web.Make(loopback(), nil), serveRaw(t, frames), pack.CodeUnavailable)
			if err != nil && (strings.ContainsRune(err.Error(), 0) || len(err.Error()) > 1000) {
				t.Errorf("error repeats the server: %.1000q", err)
			}
		})
	}
}

// clientCertificates: a server that wants one gets the host's.
func clientCertificates(t *testing.T) {
	t.Parallel()
	ours := newAuthority(t)
	srv := serveBy(t, &tls.Config{
		Certificates: []tls.Certificate{ours.issue(t, x509.Certificate{})},
		ClientAuth:   tls.RequireAndVerifyClientCert, ClientCAs: ours.pool(),
	}, hello)
	mine := ours.issue(t, x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	with := web.Make(loopback(), &web.Options{TLS: &tls.Config{RootCAs: ours.pool(), Certificates: []tls.Certificate{mine}}})
	if body, err := get(t, with, srv.URL); err != nil || string(body) != "hello" {
		t.Errorf("got %q, %v", body, err)
	}
	_, err := get(t, web.Make(loopback(), &web.Options{TLS: &tls.Config{RootCAs: ours.pool()}}), srv.URL)
	wantCode(t, err, pack.CodeUnavailable)
}

// TestTLSSettingsAreCopied: changing them later changes nothing.
func TestTLSSettingsAreCopied(t *testing.T) {
	t.Parallel()
	ours := newAuthority(t)
	srv := serveBy(t, &tls.Config{Certificates: []tls.Certificate{ours.issue(t, x509.Certificate{})}}, hello)
	settings := &tls.Config{}
	c := web.Make(loopback(), &web.Options{TLS: settings})
	settings.InsecureSkipVerify = true
	_, err := get(t, c, srv.URL)
	wantCode(t, err, pack.CodeUnavailable)
	if body, err := get(t, web.Make(loopback(), &web.Options{TLS: settings}), srv.URL); err != nil || string(body) != "hello" {
		t.Errorf("when the host says so: got %q, %v", body, err)
	}
}
