package proxy_test

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/internal/proxy"
	"github.com/packtrain/pack/internal/net/guard"
)

// An upstreamProxy connects every name to one server, and notes what it was asked for.
type upstreamProxy struct {
	to   string
	mu   sync.Mutex
	seen []string
}

func (u *upstreamProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	u.mu.Lock()
	u.seen = append(u.seen, r.Method+" "+r.Host+" "+r.Header.Get("Proxy-Authorization"))
	u.mu.Unlock()
	if r.Method != http.MethodConnect {
		_, _ = w.Write([]byte("forwarded"))
		return
	}
	server, err := net.Dial("tcp", u.to)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	client, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	_, _ = client.Write([]byte("HTTP/1.1 200 OK\r\n\r\n"))
	go func() { _, _ = copyAll(server, client) }()
	go func() { _, _ = copyAll(client, server) }()
}

func copyAll(to, from net.Conn) (int64, error) {
	defer func() { _ = to.Close() }() // the other direction may have closed it
	return to.(*net.TCPConn).ReadFrom(from)
}

// TestUpstream: the proxy of the host is used for everything, with its password, and
// contacts only hosts that the policy names.
func TestUpstream(t *testing.T) {
	t.Parallel()
	srv := serve(t, true)
	up := &upstreamProxy{to: srv.Listener.Addr().String()}
	host := httptest.NewServer(up)
	t.Cleanup(host.Close)
	network := pack.Network{
		Policy: pack.NetworkPolicy{AllowHTTP: true, Hosts: []string{"example.com"}},
		Proxy:  strings.Replace(host.URL, "://", "://user:s3cret@", 1),
	}
	p := start(t, network, nil)
	c := client(t, srv, p.URL()) // the certificate of the server is for example.com
	for address, want := range map[string]string{
		"https://example.com/": "200 OK hello", "http://example.com/": "200 OK forwarded",
		"https://other.example/": "Forbidden", "http://other.example/": "403 Forbidden",
	} {
		if got := get(c, address); !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", address, got, want)
		}
	}
	want := []string{"CONNECT example.com:443 Basic dXNlcjpzM2NyZXQ=", "GET example.com Basic dXNlcjpzM2NyZXQ="}
	up.mu.Lock()
	defer up.mu.Unlock()
	if slices.Sort(up.seen); !slices.Equal(up.seen, want) {
		t.Errorf("asked for %q, want %q", up.seen, want)
	}
}

// TestUpstreamNeedsNames: the proxy of the host resolves names, so only hosts that the
// policy names are contacted.
func TestUpstreamNeedsNames(t *testing.T) {
	t.Parallel()
	srv := serve(t, true)
	host := httptest.NewServer(&upstreamProxy{to: srv.Listener.Addr().String()})
	t.Cleanup(host.Close)
	p := start(t, pack.Network{Proxy: host.URL}, nil)
	if got := get(client(t, srv, p.URL()), "https://example.com/"); !strings.Contains(got, "Forbidden") {
		t.Errorf("got %q", got)
	}
	if refusal, ok := errors.AsType[*guard.PolicyError](p.Refusal()); !ok || refusal.Rule != guard.RuleProxiedHost {
		t.Errorf("refusal %v", p.Refusal())
	}
}

// TestUpstreamFails: messages name the proxy of the host, without its password.
func TestUpstreamFails(t *testing.T) {
	t.Parallel()
	srv := serve(t, true)
	refusing := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(refusing.Close)
	p := start(t, pack.Network{Policy: pack.NetworkPolicy{Hosts: []string{"example.com"}}, Proxy: strings.Replace(refusing.URL, "://", "://user:s3cret@", 1)}, nil)
	get(client(t, srv, p.URL()), "https://example.com/")
	if err := p.Failure(); err == nil || !strings.Contains(err.Error(), "404") || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("failure %v", err)
	}
	for _, bad := range []string{"socks5://h:1", "h:1", "http://u:s3cret@h/path"} {
		if _, err := proxy.Start(t.Context(), pack.Network{Proxy: bad}, nil); pack.CodeOf(err) != pack.CodeInvalidRequest || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: got %v", bad, err)
		}
	}
}

// rebinding is a name server whose answers change: each question for an IPv4 address gets
// the next one.
func rebinding(t *testing.T, answers ...string) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() }) // ends the server
	go func() {
		query := make([]byte, 1500)
		for n := 0; ; {
			size, from, err := conn.ReadFrom(query)
			if err != nil {
				return
			}
			var address []byte
			if binary.BigEndian.Uint16(questionOf(query[:size])[len(questionOf(query[:size]))-4:]) == 1 {
				address = netip.MustParseAddr(answers[min(n, len(answers)-1)]).AsSlice()
				n++
			}
			_, _ = conn.WriteTo(answer(questionOf(query[:size]), address), from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// questionOf returns a query without what follows its question.
func questionOf(query []byte) []byte {
	end := 12
	for query[end] != 0 {
		end += int(query[end]) + 1
	}
	return query[:end+5]
}

// answer answers a question with an address that has a lifetime of 0, nil for none.
func answer(question, address []byte) []byte {
	text := slices.Clone(question)
	copy(text[2:12], []byte{0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0})
	if address == nil {
		return text
	}
	text[7] = 1
	return append(append(text, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4), address...)
}

// TestRebinding: the address that was checked is the one that is contacted.
func TestRebinding(t *testing.T) {
	t.Parallel()
	srv := serve(t, true)
	for name, tt := range map[string]struct {
		answers []string
		want    []string // addresses that were contacted
	}{
		"public, then private": {[]string{"9.9.9.9", "127.0.0.1"}, []string{"9.9.9.9:443"}},
		"private at once":      {[]string{"127.0.0.1", "9.9.9.9"}, nil},
		"metadata":             {[]string{"169.254.169.254"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var contacted []string
			p := start(t, pack.Network{}, &proxy.Options{
				Resolver: rebinding(t, tt.answers...),
				Connect: func(_ context.Context, _, address string) (net.Conn, error) {
					mu.Lock()
					defer mu.Unlock()
					contacted = append(contacted, address)
					return nil, errors.New("not connected")
				},
			})
			u, _ := url.Parse("https://rebind.example/")
			get(client(t, srv, p.URL()), u.String())
			refusal, refused := errors.AsType[*guard.PolicyError](p.Refusal())
			if refused != (tt.want == nil) || refused && (refusal.Rule != guard.RulePrivateAddress || refusal.Host != "rebind.example") {
				t.Errorf("refusal %v", p.Refusal())
			}
			mu.Lock()
			defer mu.Unlock()
			if !slices.Equal(contacted, tt.want) {
				t.Errorf("contacted %q, want %q", contacted, tt.want)
			}
		})
	}
}
