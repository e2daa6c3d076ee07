package web_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/web"
)

// silentServers do not answer connection attempts: they do not accept, and the
// backlog is full.
func silentServers(t *testing.T) {
	t.Parallel()
	t.Run("for good", func(t *testing.T) {
		t.Parallel()
		at := listenSilently(t, "127.0.0.1:0").Addr().String()
		c := web.OverConn(loopback(), &web.Options{}, 300*time.Millisecond, new(net.Dialer).DialContext)
		start := time.Now()
		err := wantRefusal(t, c, "http://"+at, pack.CodeUnavailable)
		if d := time.Since(start); !pack.Retryable(err) || d > 30*time.Second { // the system gives up after minutes
			t.Errorf("got %v after %v", err, d)
		}
	})
	t.Run("for a while", func(t *testing.T) {
		t.Parallel()
		ln := listenSilently(t, "127.0.0.1:0")
		tries := 0
		connect := func(ctx context.Context, network, address string) (net.Conn, error) {
			if tries++; tries == 3 {
				serveAt(t, ln)
			}
			return new(net.Dialer).DialContext(ctx, network, address)
		}
		c := web.OverConn(loopback(), &web.Options{}, 300*time.Millisecond, connect)
		body, err := get(t, c, "http://"+ln.Addr().String())
		if err != nil || string(body) != "hello" || tries < 3 {
			t.Errorf("got %q, %v after %d tries", body, err, tries)
		}
	})
	t.Run("at one of two addresses", func(t *testing.T) {
		t.Parallel()
		srv := serve(t, hello)
		_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
		listenSilently(t, "127.0.0.2:"+port)
		policy := pack.NetworkPolicy{AllowHTTP: true, AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
		names := always(addrs("127.0.0.2", "127.0.0.1")...).resolver(t)
		wantRefusal(t, web.Make(policy, &web.Options{Resolver: names}), "http://packs.example:"+port, "")
	})
}

// listenSilently listens at an address of IPv4, where connecting takes for ever.
func listenSilently(t *testing.T, address string) net.Listener {
	t.Helper()
	at := netip.MustParseAddrPort(address)
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	f := os.NewFile(uintptr(fd), "listener "+strconv.Itoa(fd))
	defer f.Close() // the listener has its own
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: at.Addr().As4(), Port: int(at.Port())}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	ln, err := net.FileListener(f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	for {
		conn, err := net.DialTimeout("tcp", ln.Addr().String(), 200*time.Millisecond)
		if err != nil {
			return ln
		}
		t.Cleanup(func() { conn.Close() })
	}
}

// serveAt accepts the waiting connections and all later ones.
func serveAt(t *testing.T, ln net.Listener) {
	t.Helper()
	srv := &httptest.Server{Listener: ln, Config: &http.Server{Handler: http.HandlerFunc(hello)}}
	srv.Start()
	t.Cleanup(srv.Close)
}
