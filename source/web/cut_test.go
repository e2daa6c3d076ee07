package web_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/web"
)

// The phases of a transfer in which the network can be gone.
const (
	lookingUp = iota
	connecting
	greeting
	waiting
	receiving
)

// A cut is a network that is gone in one phase, the first few times.
type cut struct {
	phase int
	times int32
	gone  time.Duration
	over  chan struct{} // closed at the end of the test
	count atomic.Int32
}

// pass waits while the network is gone; false when ctx ends before that.
func (c *cut) pass(ctx context.Context, phase int) bool {
	if phase != c.phase || c.count.Add(1) > c.times {
		return true
	}
	select {
	case <-time.After(c.gone):
		return true
	case <-ctx.Done():
	case <-c.over:
	}
	return false
}

// A world has a name server and a web server, without a network, so that a cut
// costs no time.
type world struct {
	*cut

	conns chan net.Conn
}

// Accept implements [net.Listener].
func (w *world) Accept() (net.Conn, error) {
	select {
	case c := <-w.conns:
		return c, nil
	case <-w.over:
		return nil, net.ErrClosed
	}
}

func (w *world) Close() error   { return nil }
func (w *world) Addr() net.Addr { return &net.TCPAddr{} }

func (w *world) connect(ctx context.Context, _, address string) (net.Conn, error) {
	if !w.pass(ctx, connecting) {
		return nil, &net.OpError{Op: "dial", Err: ctx.Err()}
	}
	client, server := net.Pipe()
	w.conns <- server
	return client, nil
}

// askNames connects to the name server, which answers one question.
func (w *world) askNames(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	go func() {
		defer server.Close()
		var size [2]byte
		if _, err := io.ReadFull(server, size[:]); err != nil {
			return
		}
		query := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(server, query); err != nil {
			return
		}
		if !w.pass(ctx, lookingUp) {
			return
		}
		answer := parseQuestion(query).addresses(addrs("9.9.9.9"))
		server.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...))
	}()
	return client, nil
}

// serve answers with content, until stop is called.
func (w *world) serve(t *testing.T, content []byte) (c *web.Client, stop func()) {
	t.Helper()
	ours := newAuthority(t)
	settings := &tls.Config{
		Certificates: []tls.Certificate{ours.issue(t, x509.Certificate{DNSNames: []string{"packs.example"}})},
		GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			if !w.pass(hello.Context(), greeting) {
				return nil, net.ErrClosed
			}
			return nil, nil
		},
	}
	srv := &http.Server{ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
	srv.Handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if w.pass(r.Context(), waiting) {
			serveHalf(rw, r, content, func() bool { return w.pass(r.Context(), receiving) })
		}
	})
	go srv.Serve(tls.NewListener(w, settings))
	c = web.OverConn(pack.NetworkPolicy{}, &web.Options{
		TLS: &tls.Config{RootCAs: ours.pool()}, Resolver: &net.Resolver{PreferGo: true, Dial: w.askNames},
	}, 0, w.connect)
	return c, func() {
		web.CloseIdle(c)
		close(w.over)
		srv.Close()
	}
}

// serveHalf sends the range asked for, and its second half only after goOn.
func serveHalf(w http.ResponseWriter, r *http.Request, content []byte, goOn func() bool) {
	first := 0
	w.Header().Set("ETag", `"v1"`)
	if from := r.Header.Get("Range"); from != "" {
		first, _ = strconv.Atoi(from[len("bytes=") : len(from)-1])
		w.Header().Set("Content-Range", "bytes "+strconv.Itoa(first)+"-"+strconv.Itoa(len(content)-1)+"/"+strconv.Itoa(len(content)))
	}
	rest := content[first:]
	w.Header().Set("Content-Length", strconv.Itoa(len(rest)))
	if first > 0 {
		w.WriteHeader(http.StatusPartialContent)
	}
	w.Write(rest[:len(rest)/2])
	http.NewResponseController(w).Flush()
	if goOn() {
		w.Write(rest[len(rest)/2:])
	}
}

// cutNetworks: the network is gone for a while, in one case until the client
// gives up, or for good.
func cutNetworks(t *testing.T) {
	t.Parallel()
	prepareNames(t)
	content := randomBytes(100_000)
	for _, tc := range []struct {
		name     string
		phase    int
		times    int32
		gone     time.Duration
		want     pack.Code
		min, max time.Duration
	}{
		{"looking up, for 5 s", lookingUp, 1, 5 * time.Second, "", 0, 12 * time.Second}, // the system decides when to ask again
		{"looking up, once", lookingUp, 1, time.Hour, "", 0, 12 * time.Second},
		{"looking up, for good", lookingUp, 1000, time.Hour, pack.CodeUnavailable, 0, 60 * time.Second},
		{"connecting, for 5 s", connecting, 1, 5 * time.Second, "", 5 * time.Second, 6 * time.Second},
		{"connecting, once", connecting, 1, time.Hour, "", 10 * time.Second, 11 * time.Second},
		{"connecting, for good", connecting, 1000, time.Hour, pack.CodeUnavailable, 50 * time.Second, 60 * time.Second},
		{"greeting, for 5 s", greeting, 1, 5 * time.Second, "", 5 * time.Second, 6 * time.Second},
		{"greeting, once", greeting, 1, time.Hour, "", 10 * time.Second, 11 * time.Second},
		{"greeting, for good", greeting, 1000, time.Hour, pack.CodeUnavailable, 50 * time.Second, 60 * time.Second},
		{"before the answer, for 5 s", waiting, 1, 5 * time.Second, "", 5 * time.Second, 6 * time.Second},
		{"before the answer, once", waiting, 1, time.Hour, "", 30 * time.Second, 35 * time.Second},
		{"before the answer, for good", waiting, 1000, time.Hour, pack.CodeUnavailable, 150 * time.Second, 160 * time.Second},
		{"in the body, for 5 s", receiving, 1, 5 * time.Second, "", 5 * time.Second, 6 * time.Second},
		{"in the body, twice", receiving, 2, time.Hour, "", 60 * time.Second, 65 * time.Second},
		{"in the body, for good", receiving, 1000, time.Hour, pack.CodeUnavailable, 150 * time.Second, 160 * time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := &world{&cut{phase: tc.phase, times: tc.times, gone: tc.gone, over: make(chan struct{})}, make(chan net.Conn)}
				c, stop := w.serve(t, content)
				defer stop()
				start := time.Now()
				got, err := get(t, c, "https://packs.example/")
				wantCode(t, err, tc.want)
				if err == nil && string(got) != string(content) || err != nil && !pack.Retryable(err) {
					t.Errorf("got %d bytes, %v", len(got), err)
				}
				if d := time.Since(start); d < tc.min || d > tc.max {
					t.Errorf("took %v, want %v to %v", d, tc.min, tc.max)
				}
			})
		})
	}
}
