package web_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/web"
)

// A proxy connects to target for any request, and records the requests.
type proxy struct {
	target string
	status string // of its answer
	cut    int64  // after how many bytes from the server the tunnel breaks, 0 for never

	mu   sync.Mutex
	seen []string
}

func (p *proxy) start(t *testing.T) *url.URL {
	t.Helper()
	return &url.URL{Scheme: "http", Host: accept(t, p.tunnel)}
}

func (p *proxy) tunnel(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	req, err := http.ReadRequest(in)
	if err != nil {
		return
	}
	p.mu.Lock()
	p.seen = append(p.seen, req.Method+" "+req.Host+" "+req.Header.Get("Proxy-Authorization")+req.Header.Get("Authorization"))
	p.mu.Unlock()
	io.WriteString(conn, "HTTP/1.1 "+p.status+"\r\n\r\n")
	if !strings.HasPrefix(p.status, "200") {
		return
	}
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		io.Copy(server, in)
		server.Close()
	}()
	if p.cut > 0 {
		io.CopyN(conn, server, p.cut)
		return
	}
	io.Copy(conn, server)
}

func proxies(t *testing.T) {
	t.Parallel()
	ours := newAuthority(t)
	srv := serveBy(t, &tls.Config{Certificates: []tls.Certificate{ours.issue(t, x509.Certificate{DNSNames: []string{"packs.example"}})}},
		func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Proxy-Authorization") != "" || r.Header.Get("Authorization") != "Bearer canary" {
				t.Errorf("got header %v", r.Header)
			}
			w.Write(make([]byte, 10_000))
		})
	named := pack.NetworkPolicy{Hosts: []string{"packs.example"}}
	for name, tc := range map[string]struct {
		policy pack.NetworkPolicy
		proxy  *proxy
		want   pack.Code
		retry  bool
		asked  bool
	}{
		"connects":                     {named, &proxy{status: "200 OK"}, "", false, true},
		"private host that is allowed": {pack.NetworkPolicy{AllowPrivateHosts: []string{"packs.example"}}, &proxy{status: "200 OK"}, "", false, true},
		"wants other credentials":      {named, &proxy{status: "407 Pay canary \x1b[31m"}, pack.CodeUnauthorized, false, true},
		"forbids":                      {named, &proxy{status: "403 Forbidden"}, pack.CodeUnavailable, false, true},
		"is overloaded":                {named, &proxy{status: "503 Later"}, pack.CodeUnavailable, true, true},
		"dies in the greeting":         {named, &proxy{status: "200 OK", cut: 1000}, pack.CodeUnavailable, true, true},
		"dies in the body":             {named, &proxy{status: "200 OK", cut: 5000}, pack.CodeUnavailable, true, true},
		"the name was not checked":     {pack.NetworkPolicy{}, &proxy{status: "200 OK"}, pack.CodePolicyDenied, false, false},
		"another name":                 {pack.NetworkPolicy{Hosts: []string{"example.com"}}, &proxy{status: "200 OK"}, pack.CodePolicyDenied, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := tc.proxy
			p.target = srv.Listener.Addr().String()
			at := p.start(t)
			at.User = url.UserPassword("user", "canary")
			c := web.MakeFor(pack.Network{
				Policy: tc.policy, Proxy: at.String(),
				Credentials: map[string]pack.Credential{"https://packs.example": pack.BearerCredential("canary")},
			}, &web.Options{TLS: &tls.Config{RootCAs: ours.pool()}})
			req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://packs.example/x", http.NoBody)
			body, err := do(c, req)
			wantCode(t, err, tc.want)
			if err == nil && len(body) != 10_000 {
				t.Errorf("got %d bytes", len(body))
			}
			if err != nil && (pack.Retryable(err) != tc.retry || strings.Contains(err.Error(), "canary")) {
				t.Errorf("got error %v", err)
			}
			p.mu.Lock()
			defer p.mu.Unlock()
			want := "CONNECT packs.example:443 Basic dXNlcjpjYW5hcnk="
			if got := strings.Join(p.seen, "\n"); tc.asked != (got == want) || !tc.asked && got != "" {
				t.Errorf("the proxy was asked for %q", got)
			}
		})
	}
}

// literalsThroughProxies: an address needs no lookup.
func literalsThroughProxies(t *testing.T) {
	t.Parallel()
	p := &proxy{status: "403 Forbidden"}
	c := web.MakeFor(pack.Network{Proxy: p.start(t).String()}, nil)
	wantRefusal(t, c, "https://169.254.169.254/", pack.CodePolicyDenied)
	wantRefusal(t, c, "https://[::ffff:127.0.0.1]/", pack.CodePolicyDenied)
	wantRefusal(t, c, "https://9.9.9.9/", pack.CodeUnavailable)
	if got := strings.Join(p.seen, "\n"); got != "CONNECT 9.9.9.9:443 " {
		t.Errorf("the proxy was asked for %q", got)
	}
}

// answersOfOthers: an answer has two lengths. The proxy takes one of them and we
// the other, so what the server sends late comes along with the answer to the
// next request, which is for another server.
func answersOfOthers(t *testing.T) {
	t.Parallel()
	address := accept(t, answerLate)
	policy := pack.NetworkPolicy{AllowHTTP: true, Hosts: []string{"evil.example", "good.example"}}
	c := web.MakeFor(pack.Network{Policy: policy, Proxy: "http://" + address}, nil)
	for _, host := range []string{"evil", "good", "good"} {
		if body, err := get(t, c, "http://"+host+".example/"); err != nil || string(body) != host {
			t.Errorf("%s: got %q, %v", host, body, err)
		}
	}
}

func answerLate(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	rest := ""
	for {
		req, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		answer := "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood"
		if req.Host == "evil.example" {
			answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 57\r\n\r\n4\r\nevil\r\n0\r\n\r\n"
		}
		io.WriteString(conn, rest+answer)
		rest = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
	}
}

func unreachableProxy(t *testing.T) {
	t.Parallel()
	srv := serve(t, hello)
	srv.Close()
	at, _ := url.Parse(srv.URL)
	at.User = url.UserPassword("user", "canary")
	c := web.MakeFor(pack.Network{Policy: pack.NetworkPolicy{Hosts: []string{"packs.example"}}, Proxy: at.String()}, nil)
	err := wantRefusal(t, c, "https://packs.example/", pack.CodeUnavailable)
	if !pack.Retryable(err) || strings.Contains(err.Error(), "canary") {
		t.Errorf("got %v", err)
	}
}

const inProcess = "PACK_TEST_IN_PROCESS"

// environment runs in a process whose environment names a proxy and credentials.
func environment(t *testing.T) {
	t.Parallel()
	var seen arrivals
	srv := serve(t, func(_ http.ResponseWriter, r *http.Request) { seen.note(r) })
	trap := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the proxy of the environment was asked for %s", r.URL)
	})
	netrc := t.TempDir() + "/netrc"
	if err := os.WriteFile(netrc, []byte("default login user password canary\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestInProcess$", "-test.count=1")
	cmd.Env = append(os.Environ(), inProcess+"="+srv.URL, "NETRC="+netrc, "HOME="+t.TempDir(), "NO_PROXY=[::1%25.example]:80", "no_proxy=")
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"} {
		cmd.Env = append(cmd.Env, name+"="+strings.Replace(trap.URL, "http://", "http://user:canary@", 1))
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	seen.want(t, "/x ")
}

// TestInProcess is the other process.
func TestInProcess(t *testing.T) {
	t.Parallel()
	target := os.Getenv(inProcess)
	if target == "" {
		return // it is started by TestHostile/G07
	}
	// 127.0.0.1 is never proxied by net/http's own rules, but this name is.
	u, _ := url.Parse(target)
	resolver := always(netip.MustParseAddr("127.0.0.1")).resolver(t)
	c := web.Make(loopback(), &web.Options{Resolver: resolver})
	if _, err := get(t, c, "http://packs.example:"+u.Port()+"/x"); err != nil {
		t.Error(err)
	}
}
