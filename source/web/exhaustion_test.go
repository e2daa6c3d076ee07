package web_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/web"
)

// manyDownloads: a thousand at once share few connections, and leave nothing.
func manyDownloads(t *testing.T) {
	t.Parallel()
	var open connections
	counted := serveCounted(t, open.count)
	c := web.Make(loopback(), nil)
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
	open.wantFew(t)
}

// connections of a server, now and the most that there were at once.
type connections struct{ now, most atomic.Int32 }

func (c *connections) count(state http.ConnState) {
	switch state {
	case http.StateNew:
		n := c.now.Add(1)
		for m := c.most.Load(); n > m && !c.most.CompareAndSwap(m, n); m = c.most.Load() {
		}
	case http.StateClosed, http.StateHijacked:
		c.now.Add(-1)
	}
}

// wantFew wants no more than 32, the limit, and as many that the client has closed
// and the server does not know of yet.
func (c *connections) wantFew(t *testing.T) {
	t.Helper()
	if n := c.most.Load(); n > 2*32 {
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

// passingCauses of failed connections are waited for.
func passingCauses(t *testing.T) {
	t.Parallel()
	for _, cause := range []error{syscall.EMFILE, syscall.ENFILE, syscall.EADDRNOTAVAIL, syscall.ECONNREFUSED, syscall.ENETUNREACH, syscall.ECONNRESET} {
		synctest.Test(t, func(t *testing.T) {
			s := &script{steps: []func() (*http.Response, error){fails(&net.OpError{Op: "dial", Err: cause}), status(200)}}
			if _, err := get(t, web.Over(pack.NetworkPolicy{}, s), "https://example.com/"); err != nil || s.calls != 2 {
				t.Errorf("%v: got %v after %d requests", cause, err, s.calls)
			}
		})
	}
}
