package web_test

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/web"
)

// TestOneConnectionIsKept has two addresses that answer at the same time.
func TestOneConnectionIsKept(t *testing.T) {
	t.Parallel()
	srv := serve(t, hello)
	var both sync.WaitGroup
	both.Add(2)
	var closed atomic.Int32
	connect := func(context.Context, string, string) (net.Conn, error) {
		both.Done()
		both.Wait()
		conn, err := net.Dial("tcp", srv.Listener.Addr().String())
		return &closing{conn, &closed}, err
	}
	names := always(addrs("9.9.9.9", "9.9.9.10")...).resolver(t)
	c := web.OverConn(pack.NetworkPolicy{AllowHTTP: true}, &web.Options{Resolver: names}, 0, connect)
	if body, err := get(t, c, "http://packs.example/"); err != nil || string(body) != "hello" {
		t.Errorf("got %q, %v", body, err)
	}
	if n := closed.Load(); n != 1 {
		t.Errorf("%d connections were closed, want 1", n)
	}
	web.CloseIdle(c)
	if n := closed.Load(); n != 2 {
		t.Errorf("%d connections were closed in the end, want 2", n)
	}
}

// A closing connection reports when it is closed.
type closing struct {
	net.Conn

	closed *atomic.Int32
}

func (c *closing) Close() error {
	c.closed.Add(1)
	return c.Conn.Close()
}
