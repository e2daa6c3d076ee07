package proxy_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/internal/proxy"
	"github.com/packtrain/pack/internal/net/guard"
)

// A policy with the servers of a test.
func loopback() pack.NetworkPolicy {
	return pack.NetworkPolicy{AllowHTTP: true, AllowPrivateHosts: []string{"127.0.0.1"}}
}

func start(t *testing.T, network pack.Network, opts *proxy.Options) *proxy.Proxy {
	t.Helper()
	p, err := proxy.Start(t.Context(), network, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// serve starts a server that answers "hello", with TLS or without.
func serve(t *testing.T, secure bool) *httptest.Server {
	t.Helper()
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if to := r.URL.Query().Get("to"); to != "" {
			http.Redirect(w, r, to, http.StatusFound)
			return
		}
		_, _ = io.WriteString(w, "hello")
	})
	srv := httptest.NewUnstartedServer(handler)
	if secure {
		srv.StartTLS()
	} else {
		srv.Start()
	}
	t.Cleanup(srv.Close)
	return srv
}

// client returns an HTTP client that uses a proxy, as tools do.
func client(t *testing.T, srv *httptest.Server, address string) *http.Client {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	transport := srv.Client().Transport.(*http.Transport).Clone()
	transport.Proxy = http.ProxyURL(u)
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 20 * time.Second}
}

// get returns what a server answers, or why it does not.
func get(c *http.Client, address string) string {
	resp, err := c.Get(address)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = resp.Body.Close() }() // it was only read
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err.Error()
	}
	return resp.Status + " " + strings.TrimSpace(string(body))
}

func TestProxyServesWhatIsAllowed(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{false, true} {
		srv := serve(t, secure)
		p := start(t, pack.Network{Policy: loopback()}, nil)
		if got := get(client(t, srv, p.URL()), srv.URL); got != "200 OK hello" {
			t.Errorf("TLS %v: got %q", secure, got)
		}
		if p.Refusal() != nil || p.Failure() != nil {
			t.Errorf("refusal %v, failure %v", p.Refusal(), p.Failure())
		}
	}
}

func TestProxyRefuses(t *testing.T) {
	t.Parallel()
	plain, secure := serve(t, false), serve(t, true)
	named := strings.Replace(secure.URL, "127.0.0.1", "localhost", 1)
	only := func(change func(*pack.NetworkPolicy)) pack.NetworkPolicy {
		policy := loopback()
		change(&policy)
		return policy
	}
	for name, tt := range map[string]struct {
		policy pack.NetworkPolicy
		url    string
		rule   guard.PolicyRule // "" for a refusal that no setting lifts
	}{
		"plain http":            {only(func(p *pack.NetworkPolicy) { p.AllowHTTP = false }), plain.URL, guard.RulePlainHTTP},
		"private address":       {pack.NetworkPolicy{AllowHTTP: true}, plain.URL, guard.RulePrivateAddress},
		"private, tunnel":       {pack.NetworkPolicy{}, secure.URL, guard.RulePrivateAddress},
		"private name, tunnel":  {loopback(), named, guard.RulePrivateAddress},
		"metadata":              {loopback(), "http://169.254.169.254/latest", guard.RulePrivateAddress},
		"redirect":              {loopback(), plain.URL + "/?to=http://169.254.169.254/", guard.RulePrivateAddress},
		"redirect to a tunnel":  {loopback(), plain.URL + "/?to=https://10.0.0.1/", guard.RulePrivateAddress},
		"unlisted host":         {only(func(p *pack.NetworkPolicy) { p.Hosts = []string{"index.example"} }), plain.URL, guard.RuleUnlistedHost},
		"unlisted host, tunnel": {only(func(p *pack.NetworkPolicy) { p.Hosts = []string{"index.example"} }), secure.URL, guard.RuleUnlistedHost},
		"address in disguise":   {loopback(), "https://127.1:1/", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t, pack.Network{Policy: tt.policy}, nil)
			if got := get(client(t, secure, p.URL()), tt.url); strings.Contains(got, "hello") || !strings.Contains(got, "Forbidden") {
				t.Errorf("got %q", got)
			}
			refusal, ok := errors.AsType[*guard.PolicyError](p.Refusal())
			if !errors.Is(p.Refusal(), pack.ErrPolicy) || ok != (tt.rule != "") || ok && refusal.Rule != tt.rule {
				t.Errorf("refusal %v, want one of %q", p.Refusal(), tt.rule)
			}
		})
	}
}

// TestTunnelsCarryTLS: otherwise a tool could get plain http through one.
func TestTunnelsCarryTLS(t *testing.T) {
	t.Parallel()
	srv := serve(t, false)
	for _, allowed := range []bool{true, false} {
		policy := loopback()
		policy.AllowHTTP = allowed
		p := start(t, pack.Network{Policy: policy}, nil)
		got := through(t, p, srv.Listener.Addr().String(), "GET / HTTP/1.0\r\n\r\n")
		if strings.Contains(got, "hello") != allowed {
			t.Errorf("allowed %v: got %q", allowed, got)
		}
		refusal, ok := errors.AsType[*guard.PolicyError](p.Refusal())
		if ok == allowed || ok && refusal.Rule != guard.RulePlainHTTP {
			t.Errorf("allowed %v: refusal %v", allowed, p.Refusal())
		}
	}
}

// through sends text through a tunnel and returns all that comes back.
func through(t *testing.T, p *proxy.Proxy, address, text string) string {
	t.Helper()
	conn := connect(t, p)
	u, _ := url.Parse(p.URL())
	req := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: address}, Host: address, Header: http.Header{}}
	login := &http.Request{Header: http.Header{}}
	password, _ := u.User.Password()
	login.SetBasicAuth(u.User.Username(), password)
	req.Header.Set("Proxy-Authorization", login.Header.Get("Authorization"))
	if err := req.Write(conn); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	back, _ := io.ReadAll(conn) // what came is judged
	return string(back)
}

func connect(t *testing.T, p *proxy.Proxy) net.Conn {
	t.Helper()
	u, err := url.Parse(p.URL())
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() }) // it was only read
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

func TestProxyNeedsItsPassword(t *testing.T) {
	t.Parallel()
	srv := serve(t, false)
	p := start(t, pack.Network{Policy: loopback()}, nil)
	u, err := url.Parse(p.URL())
	if err != nil {
		t.Fatal(err)
	}
	for _, login := range []*url.Userinfo{nil, url.User("packtrain"), url.UserPassword("packtrain", "wrong"), url.UserPassword("packtrain", "")} {
		u.User = login
		if got := get(client(t, srv, u.String()), srv.URL); !strings.HasPrefix(got, "407 ") {
			t.Errorf("%v: got %q", login, got)
		}
	}
	if other := start(t, pack.Network{}, nil); other.URL() == p.URL() || len(strings.Split(other.URL(), "@")[0]) < 40 {
		t.Errorf("%s: want a random password", other.URL())
	}
}

// TestCloseEndsEverything: also tunnels that are in use.
func TestCloseEndsEverything(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() }) // it served nothing
	p := start(t, pack.Network{Policy: loopback()}, nil)
	accepted := make(chan net.Conn, 1)
	go func() {
		conn, err := silent.Accept()
		if err == nil {
			accepted <- conn
		}
	}()
	back := make(chan string, 1)
	go func() { back <- through(t, p, silent.Addr().String(), "\x16") }()
	select {
	case conn := <-accepted:
		t.Cleanup(func() { _ = conn.Close() }) // the proxy closed it
	case <-time.After(20 * time.Second):
		t.Fatal("there is no tunnel")
	}
	p.Close()
	select {
	case got := <-back:
		if strings.Contains(got, "502") {
			t.Errorf("got %q", got)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the tunnel is still there")
	}
	u, _ := url.Parse(p.URL())
	if conn, err := net.Dial("tcp", u.Host); err == nil {
		_ = conn.Close() // it should not be there
		t.Error("the proxy still listens")
	}
	p.Close()
}

// TestOffline: nothing is contacted.
func TestOffline(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{false, true} {
		srv := serve(t, secure)
		p := start(t, pack.Network{Policy: loopback(), Offline: true}, nil)
		if got := get(client(t, srv, p.URL()), srv.URL); strings.Contains(got, "hello") {
			t.Errorf("got %q", got)
		}
		if p.Failure() == nil || !strings.Contains(p.Failure().Error(), "offline") || p.Refusal() != nil {
			t.Errorf("failure %v, refusal %v", p.Failure(), p.Refusal())
		}
	}
}

// TestFailures: a failure to reach a server is not a refusal.
func TestFailures(t *testing.T) {
	t.Parallel()
	srv := serve(t, true)
	closed := httptest.NewServer(nil)
	closed.Close()
	for _, address := range []string{closed.URL, strings.Replace(closed.URL, "http:", "https:", 1)} {
		p := start(t, pack.Network{Policy: loopback()}, nil)
		if got := get(client(t, srv, p.URL()), address); !strings.Contains(got, "Bad Gateway") {
			t.Errorf("%s: got %q", address, got)
		}
		if p.Refusal() != nil || p.Failure() == nil || !strings.Contains(p.Failure().Error(), "refused") {
			t.Errorf("%s: refusal %v, failure %v", address, p.Refusal(), p.Failure())
		}
	}
}
