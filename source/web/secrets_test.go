package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/web"
)

// secretsThroughRedirects has one server with credentials, which redirects to
// others and to itself. A proxy answers for all of them.
func secretsThroughRedirects(t *testing.T) {
	t.Parallel()
	const there, gone = "there", "gone" // what becomes of the credentials
	for location, want := range map[string]string{
		"/end":                               there,
		"end":                                there,
		"//packs.example/end":                there,
		"http://PACKS.Example:80/end":        there,
		"http://cdn.packs.example/end":       gone,
		"http://example/end":                 gone,
		"http://packs.example.evil.test/end": gone,
		"http://packs.example:8080/end":      gone,
		"http://packs.example:443/end":       gone,
		"http://127.0.0.1/end":               gone,
		"http://other.example/back":          gone, // from where it is sent back
		"http://packs.example@127.0.0.1/":    "",
		"http://user:canary@packs.example/":  "",
		"http://canary@packs.example/end":    "",
		"http://:@packs.example/end":         "",
		"http://packs.example./end":          "",
		"ftp://packs.example/end":            "",
		"http:/end":                          "",
		"http:packs.example/end":             "",
	} {
		t.Run(location, func(t *testing.T) {
			t.Parallel()
			var last atomic.Pointer[http.Header]
			proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
				last.Store(&r.Header)
				switch r.URL.Path {
				case "/start":
					w.Header()["Location"] = []string{location}
					w.Header().Set("Set-Cookie", "canary=canary; Domain=example")
					w.WriteHeader(http.StatusFound)
				case "/back":
					http.Redirect(w, r, "http://packs.example/end", http.StatusFound)
				}
			})
			_, err := get(t, proxied(t, proxy), "http://packs.example/start?canary")
			if want == "" {
				wantCode(t, err, pack.CodePolicyDenied)
				wantNotTold(t, err)
				return
			}
			wantCode(t, err, "")
			arrived := *last.Load()
			if got := arrived.Get("Private-Token"); (got == "canary") != (want == there) {
				t.Errorf("at the end arrived %q", got)
			}
			if n := len(arrived["Authorization"]) + len(arrived["Cookie"]) + len(arrived["Referer"]); n > 0 {
				t.Errorf("at the end arrived %v", arrived)
			}
		})
	}
}

// proxied returns a client that goes through a proxy and has credentials for one
// server.
func proxied(t *testing.T, proxy *httptest.Server) *web.Client {
	t.Helper()
	at, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	at.User = url.UserPassword("user", "canary")
	policy := loopback()
	policy.Hosts = []string{"packs.example", "cdn.packs.example", "example", "packs.example.evil.test", "other.example", "127.0.0.1"}
	return web.MakeFor(pack.Network{Policy: policy, Proxy: at.String(), Credentials: map[string]pack.Credential{
		"http://packs.example":  pack.HeaderCredential("Private-Token", "canary"),
		"https://packs.example": pack.BearerCredential("canary"),
	}}, nil)
}

// wantNotTold wants an error without a secret.
func wantNotTold(t *testing.T, err error) {
	t.Helper()
	if said := fmt.Sprintf("%v %+v", err, err); strings.Contains(said, "canary") {
		t.Errorf("a secret is in %q", said)
	}
}
