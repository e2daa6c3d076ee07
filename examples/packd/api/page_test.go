package api_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/packtrain/pack/examples/packd/page"
)

// TestPage asks for the page and its files, without a token.
func TestPage(t *testing.T) {
	t.Parallel()
	f := start(t)
	a := f.plain("GET", "/", request{token: "-"})
	wantStatus(t, a, 200)
	if got := a.header.Get("Content-Security-Policy"); got != page.Policy {
		t.Errorf("policy %q", got)
	}
	if got := a.header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("the document is kept: %q", got)
	}
	for _, path := range regexp.MustCompile(`page/[0-9a-f]+/[a-z.]+`).FindAllString(string(a.body), -1) {
		a := f.plain("GET", "/"+path, request{token: "-"})
		if wantStatus(t, a, 200); !strings.Contains(a.header.Get("Cache-Control"), "immutable") || a.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %q", path, a.header)
		}
	}
	for _, path := range []string{"/page", "/page/x", "/page/x/main.js", "/absent", "/page/x/../../etc/passwd"} {
		wantStatus(t, f.plain("GET", path, request{token: "-"}), 404)
	}
	wantStatus(t, f.plain("POST", "/", request{token: "-"}), 405)
}

// TestOutdated lists what the index has newer than what is installed.
func TestOutdated(t *testing.T) {
	t.Parallel()
	f := start(t, withWorld(t, serveSamples(t)))
	wantStatus(t, f.post("register-batch", m{"pack_paths": list{writePack(t, f.allowed, "hello", "1.1.0"), writePack(t, f.allowed, "demo", "1.0.0")}}), 200)
	outdated := func() string {
		a := f.call("GET", "/api/v1/outdated", request{token: tokenRead})
		wantStatus(t, a, 200)
		return strings.TrimSpace(string(a.body))
	}
	if got := outdated(); !strings.Contains(got, `"pack_ref":"hello","pack_version":"1.1.0","latest_version":"1.2.0"`) || strings.Contains(got, "demo") {
		t.Errorf("got %s", got)
	}
	wantStatus(t, f.post("register-batch", m{"pack_paths": list{writePack(t, f.allowed, "hello", "1.2.0")}, "replace": "upgrade"}), 200)
	if got := outdated(); !strings.Contains(got, `"data":[]`) {
		t.Errorf("got %s", got)
	}
	wantStatus(t, start(t).call("GET", "/api/v1/outdated", request{token: tokenRead}), 200) // there is no index
}
