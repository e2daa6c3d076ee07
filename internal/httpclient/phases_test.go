package httpclient_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/httpclient"
)

// A pipes listener makes connections without a network, so that a cut network
// costs no time.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	p.conns <- server
	return client, nil
}

// cutNetworks: the network is gone for a while, or for good, before the answer
// or in its middle.
func cutNetworks(t *testing.T) {
	t.Parallel()
	content := randomBytes(100_000)
	for _, tc := range []struct {
		name     string
		half     bool // it is gone in the middle of the body
		cuts     int  // how many answers are cut
		gone     time.Duration
		want     pack.Code
		min, max time.Duration
	}{
		{"before the answer, for 5 s", false, 1, 5 * time.Second, "", 5 * time.Second, 6 * time.Second},
		{"before the answer, once", false, 1, time.Hour, "", 30 * time.Second, 35 * time.Second},
		{"before the answer, for good", false, 100, time.Hour, pack.CodeUnavailable, 150 * time.Second, 160 * time.Second},
		{"in the body, for 5 s", true, 1, 5 * time.Second, "", 5 * time.Second, 6 * time.Second},
		{"in the body, twice", true, 2, time.Hour, "", 60 * time.Second, 65 * time.Second},
		{"in the body, for good", true, 100, time.Hour, pack.CodeUnavailable, 150 * time.Second, 160 * time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var cuts atomic.Int32
				cut := func(r *http.Request) {
					if int(cuts.Add(1)) > tc.cuts {
						return
					}
					select {
					case <-time.After(tc.gone):
					case <-r.Context().Done():
					}
				}
				p := &pipes{make(chan net.Conn), make(chan struct{})}
				srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("ETag", `"v1"`)
					if !tc.half {
						cut(r)
						w.Write(content)
						return
					}
					serveHalf(w, r, content, cut)
				})}
				go srv.Serve(p)
				c := httpclient.OverConn(pack.NetworkPolicy{AllowHTTP: true}, p.dial)
				start := time.Now()
				got, err := get(t, c, "http://example.com/")
				wantCode(t, err, tc.want)
				if err == nil && string(got) != string(content) {
					t.Errorf("got %d other bytes", len(got))
				}
				if d := time.Since(start); d < tc.min || d > tc.max {
					t.Errorf("took %v, want %v to %v", d, tc.min, tc.max)
				}
				httpclient.CloseIdle(c)
				close(p.done)
				srv.Close()
			})
		})
	}
}

// serveHalf sends the range asked for, with a cut before its second half.
func serveHalf(w http.ResponseWriter, r *http.Request, content []byte, cut func(*http.Request)) {
	first := 0
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
	cut(r)
	w.Write(rest[len(rest)/2:])
}

// manyDownloads: a thousand at once share few connections, and leave nothing.
func manyDownloads(t *testing.T) {
	t.Parallel()
	var open, most atomic.Int32
	counted := serveCounted(t, func(state http.ConnState) {
		switch state {
		case http.StateNew:
			n := open.Add(1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
		case http.StateClosed, http.StateHijacked:
			open.Add(-1)
		}
	})
	c := httpclient.Make(loopback(), nil)
	var wg sync.WaitGroup
	var failed atomic.Int32
	for range 1000 {
		wg.Go(func() {
			if body, err := get(t, c, counted); err != nil || string(body) != "hello" {
				failed.Add(1)
			}
		})
	}
	wg.Wait()
	if n := failed.Load(); n > 0 {
		t.Errorf("%d downloads failed", n)
	}
	if n := most.Load(); n > 32 {
		t.Errorf("%d connections were open at once", n)
	}
}

func serveCounted(t *testing.T, state func(http.ConnState)) string {
	t.Helper()
	srv := httptest.NewUnstartedServer(http.HandlerFunc(hello))
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) { state(s) }
	srv.Start()
	t.Cleanup(srv.Close)
	return srv.URL
}

// noFilesLeft: running out of files or ports passes.
func noFilesLeft(t *testing.T) {
	t.Parallel()
	for _, cause := range []error{syscall.EMFILE, syscall.ENFILE, syscall.EADDRNOTAVAIL, syscall.ECONNREFUSED, syscall.ENETUNREACH, syscall.ECONNRESET} {
		synctest.Test(t, func(t *testing.T) {
			s := &script{steps: []func() (*http.Response, error){fails(&net.OpError{Op: "dial", Err: cause}), status(200)}}
			if _, err := get(t, httpclient.Over(pack.NetworkPolicy{}, s), "https://example.com/"); err != nil || s.calls != 2 {
				t.Errorf("%v: got %v after %d requests", cause, err, s.calls)
			}
		})
	}
}

// finalStatuses are not asked for again.
func finalStatuses(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]pack.Code{
		http.StatusNotFound: pack.CodeNotFound, http.StatusGone: pack.CodeNotFound,
		http.StatusForbidden: pack.CodeUnauthorized, http.StatusUnauthorized: pack.CodeUnauthorized,
		http.StatusUnavailableForLegalReasons: pack.CodeUnavailable, http.StatusBadRequest: pack.CodeUnavailable,
	} {
		var asked atomic.Int32
		srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			asked.Add(1)
			w.WriteHeader(status)
		})
		_, err := get(t, httpclient.Make(loopback(), nil), srv.URL)
		wantCode(t, err, want)
		u, ok := errors.AsType[*pack.UnavailableError](err)
		if n := asked.Load(); n != 1 || pack.Retryable(err) || ok && u.Status != status {
			t.Errorf("status %d: %d requests, %v", status, n, err)
		}
	}
}
