package web_test

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/web"
)

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	good := pack.BearerCredential("canary")
	type keys = map[string]pack.Credential
	for name, network := range map[string]pack.Network{
		"path":           {Credentials: keys{"https://example.com/packs": good}},
		"slash":          {Credentials: keys{"https://example.com/": good}},
		"query":          {Credentials: keys{"https://example.com?canary": good}},
		"empty query":    {Credentials: keys{"https://example.com?": good}},
		"user":           {Credentials: keys{"https://canary@example.com": good}},
		"host alone":     {Credentials: keys{"example.com": good}},
		"no host":        {Credentials: keys{"https://": good}},
		"wildcard":       {Credentials: keys{"https://*.example.com": good}},
		"other scheme":   {Credentials: keys{"ssh://example.com": good}},
		"not canonical":  {Credentials: keys{"https://127.1": good}},
		"twice":          {Credentials: keys{"https://example.com": good, "https://EXAMPLE.com:443": good}},
		"no credential":  {Credentials: keys{"https://example.com": {}}},
		"bad credential": {Credentials: keys{"https://example.com": pack.BearerCredential("canary\n")}},
		"proxy path":     {Proxy: "http://proxy:1/canary"},
		"proxy scheme":   {Proxy: "socks5://canary@proxy:1"},
		"proxy no host":  {Proxy: "http://:80"},
		"proxy no URL":   {Proxy: "http://user:canary@proxy:port"},
		"proxy a word":   {Proxy: "canary"},
	} {
		c, err := web.New(network, nil)
		wantCode(t, err, pack.CodeInvalidRequest)
		if c != nil || err != nil && strings.Contains(err.Error(), "canary") && name != "proxy path" {
			t.Errorf("%s: got %v, %v", name, c, err)
		}
	}
}

// TestOwnClientIsWhole: what would have no effect beside a client of the host's
// own is refused.
func TestOwnClientIsWhole(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		network pack.Network
		opts    web.Options
	}{
		"credentials": {network: pack.Network{Credentials: map[string]pack.Credential{"https://example.com": pack.BearerCredential("x")}}},
		"authorities": {network: pack.Network{CAs: []byte("x")}},
		"proxy":       {network: pack.Network{Proxy: "http://proxy:1"}},
		"TLS":         {opts: web.Options{TLS: &tls.Config{MinVersion: tls.VersionTLS13}}},
		"resolver":    {opts: web.Options{Resolver: &net.Resolver{}}},
	} {
		tc.opts.HTTP = &http.Client{}
		if c, err := web.New(tc.network, &tc.opts); c != nil || pack.CodeOf(err) != pack.CodeInvalidRequest {
			t.Errorf("%s: got %v, %v", name, c, err)
		}
	}
	c, err := web.New(pack.Network{Policy: pack.NetworkPolicy{Hosts: []string{"a.example"}}}, &web.Options{HTTP: &http.Client{}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.ParseURL("https://a.example/x"); err != nil {
		t.Error(err)
	}
	_, err = c.ParseURL("https://b.example/x")
	wantCode(t, err, pack.CodePolicyDenied)
}

// A log of the Authorization headers that arrived, with their paths.
type arrivals struct {
	mu   sync.Mutex
	seen []string
}

func (a *arrivals) note(r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.seen = append(a.seen, r.URL.Path+" "+r.Header.Get("Authorization")+r.Header.Get("X-Token"))
}

func (a *arrivals) want(t *testing.T, want ...string) {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	if !slices.Equal(a.seen, want) {
		t.Errorf("%q arrived, want %q", a.seen, want)
	}
}

// credentialsStayAtTheirOrigin has two origins, one with a credential, that
// redirect to each other.
func credentialsStayAtTheirOrigin(t *testing.T) {
	t.Parallel()
	var known, foreign *httptest.Server
	var atKnown, atForeign arrivals
	known = serve(t, func(w http.ResponseWriter, r *http.Request) {
		atKnown.note(r)
		switch r.URL.Path {
		case "/within":
			http.Redirect(w, r, "/end", http.StatusFound)
		case "/out":
			http.Redirect(w, r, foreign.URL+"/back", http.StatusFound)
		}
	})
	foreign = serve(t, func(w http.ResponseWriter, r *http.Request) {
		atForeign.note(r)
		if r.URL.Path == "/back" || r.URL.Path == "/in" {
			http.Redirect(w, r, known.URL+"/end", http.StatusFound)
		}
	})
	c := web.MakeFor(pack.Network{Policy: loopback(), Credentials: map[string]pack.Credential{known.URL: pack.BearerCredential("canary")}}, nil)
	for _, target := range []string{known.URL + "/within", known.URL + "/out", foreign.URL + "/in", foreign.URL + "/there"} {
		if _, err := get(t, c, target); err != nil {
			t.Error(err)
		}
	}
	atKnown.want(t, "/within Bearer canary", "/end Bearer canary", "/out Bearer canary", "/end ", "/end ")
	atForeign.want(t, "/back ", "/in ", "/there ")
}

// credentialsAreNotForAnyPort: the same host with another port or scheme is
// another origin.
func credentialsAreNotForAnyPort(t *testing.T) {
	t.Parallel()
	var seen arrivals
	srv := serve(t, func(_ http.ResponseWriter, r *http.Request) { seen.note(r) })
	host := strings.TrimPrefix(srv.URL, "http://")
	c := web.MakeFor(pack.Network{Policy: loopback(), Credentials: map[string]pack.Credential{
		"http://127.0.0.1":  pack.BearerCredential("canary"),
		"https://127.0.0.1": pack.BearerCredential("canary"),
		"https://" + host:   pack.HeaderCredential("X-Token", "canary"),
		"http://localhost":  pack.HeaderCredential("X-Token", "canary"),
	}}, nil)
	if _, err := get(t, c, srv.URL+"/x"); err != nil {
		t.Error(err)
	}
	seen.want(t, "/x ")
}

// noCredentialsOnDemand: what a server asks for changes nothing.
func noCredentialsOnDemand(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusUnauthorized, http.StatusProxyAuthRequired} {
		var seen arrivals
		realm := serve(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s was asked", r.URL) })
		srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
			seen.note(r)
			for _, h := range []string{"WWW-Authenticate", "Proxy-Authenticate"} {
				w.Header().Add(h, `Bearer realm="`+realm.URL+`/token",service="x"`)
				w.Header().Add(h, `Basic realm="x"`)
			}
			w.WriteHeader(status)
		})
		c := web.MakeFor(pack.Network{Policy: loopback(), Credentials: map[string]pack.Credential{
			realm.URL: pack.BasicCredential("canary", "canary"),
		}}, nil)
		_, err := get(t, c, srv.URL+"/x")
		wantCode(t, err, pack.CodeUnauthorized)
		if pack.Retryable(err) {
			t.Errorf("%v is not retryable", err)
		}
		seen.want(t, "/x ")
	}
}
