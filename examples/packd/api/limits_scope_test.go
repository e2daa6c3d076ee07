package api_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack/examples/packd/api"
)

const tokenLimited = "canary-limited"

// limited adds a token that may install and configure some packs.
func limited(scopes ...api.Scope) func(*api.Config) {
	return func(c *api.Config) {
		c.Tokens = append(c.Tokens, api.Token{Name: "limited", Secret: tokenLimited, Scopes: append(scopes, api.ScopeRead)})
	}
}

// TestLimitedScopes: a token changes the packs that its scopes name, and no others.
func TestLimitedScopes(t *testing.T) {
	t.Parallel()
	f := start(t, limited("install@infra-*", "install@net", "configure@infra-*"))
	mine, net, other := writePack(t, f.allowed, "infra-a", "1.0.0"), writePack(t, f.allowed, "net", "1.0.0"), writePack(t, f.allowed, "slack", "1.0.0")
	needs := writePack(t, f.allowed, "infra-b", "1.0.0")
	appendTo(t, filepath.Join(needs, "pack.yaml"), "dependencies: [slack]\n")
	install := func(token string, packs ...any) answer {
		return f.call("POST", "/api/v1/packs/install", request{token: token, accept: "application/vnd.packtrain.report+json", body: asJSON(t, m{"packs": packs})})
	}
	for _, packs := range []list{{other}, {mine, other}, {needs, other}} {
		if a := install(tokenLimited, packs...); !strings.Contains(string(a.body), "would install slack") || !strings.Contains(string(a.body), "policy_denied") {
			t.Errorf("%v: got %d: %s", packs, a.status, a.body)
		}
	}
	if listed := string(f.call("GET", packsPath, request{}).body); listed != `{"data":[],"message":null}`+"\n" {
		t.Errorf("installed: %s", listed)
	}
	for _, packs := range []list{{mine, net}, {mine}} {
		if a := install(tokenLimited, packs...); a.status != 200 || !strings.Contains(string(a.body), `"failed":0`) {
			t.Errorf("%v: got %d: %s", packs, a.status, a.body)
		}
	}
	wantStatus(t, install(tokenAll, other), 200)
	if a := install(tokenLimited, needs); a.status != 200 || !strings.Contains(string(a.body), `"failed":0`) { // it is there by now
		t.Errorf("got %d: %s", a.status, a.body)
	}
	f.checkLimitedRequests(mine, other)
}

// checkLimitedRequests sends requests for other work in the name of the limited token.
func (f *fixture) checkLimitedRequests(mine, other string) {
	f.t.Helper()
	paths := asJSON(f.t, m{"pack_paths": list{mine}})
	plan := decode(f.t, f.call("POST", "/api/v1/packs/plan", request{token: tokenLimited, body: asJSON(f.t, m{"packs": list{other}, "replace": "any"})}))["data"]
	removal := decode(f.t, f.call("POST", "/api/v1/packs/plan", request{token: tokenLimited, body: asJSON(f.t, m{"remove": list{"slack"}})}))["data"]
	for _, tt := range []struct {
		method, path, body string
		want               int
	}{
		{"POST", "register-batch", paths, 403},
		{"POST", "build-envs", paths, 403},
		{"POST", "download", asJSON(f.t, m{"packs": list{mine}, "destination_dir": f.allowed + "/new"}), 403},
		{"POST", "dependencies", paths, 200},
		{"POST", "install", asJSON(f.t, m{"packs": list{mine}, "allow_break": list{"slack"}}), 403},
		{"POST", "install", asJSON(f.t, m{"packs": list{mine}, "allow_break": list{"*"}}), 403},
		{"POST", "install", asJSON(f.t, m{"packs": list{mine}, "refresh_envs": true}), 403},
		{"POST", "apply", asJSON(f.t, m{"plan": removal}), 403},
		{"POST", "apply", asJSON(f.t, m{"plan": plan}), 200}, // nothing changes
		{"PUT", "slack/config", `{"a": "b"}`, 403},
		{"GET", "slack/config", "", 403},
		{"PUT", "infra-a/config", `{"a": "b"}`, 200},
		{"POST", "slack/disable", "", 403},
		{"POST", "slack/repair", "", 403},
		{"POST", "../repair", "", 403},
		{"DELETE", "slack", "", 403},
		{"DELETE", "infra-a?allow_break=slack", "", 403},
		{"DELETE", "infra-a?allow_break=*", "", 403},
		{"DELETE", "infra-a", "", 200},
	} {
		path := filepath.Join(packsPath, tt.path)
		if a := f.call(tt.method, path, request{token: tokenLimited, body: tt.body}); a.status != tt.want {
			f.t.Errorf("%s %s %s: status %d, want %d: %s", tt.method, path, tt.body, a.status, tt.want, a.body)
		}
	}
}

// TestScopesOfIndices: a token installs what comes from one index, and not a pack of the
// same name from elsewhere.
func TestScopesOfIndices(t *testing.T) {
	t.Parallel()
	w := serveSamples(t)
	f := start(t, withWorld(t, w), limited("install@inside/*"), func(c *api.Config) { c.Host.Indices[0].Name = "inside" })
	install := func(spec string) answer {
		return f.call("POST", "/api/v1/packs/install", request{token: tokenLimited, accept: "application/vnd.packtrain.report+json", body: asJSON(t, m{"packs": list{spec}})})
	}
	for _, spec := range []string{writePack(t, f.allowed, "hello", "9.0.0"), w.Archive()} {
		if a := install(spec); !strings.Contains(string(a.body), "policy_denied") {
			t.Errorf("%s: got %d: %s", spec, a.status, a.body)
		}
	}
	if a := install("hello"); a.status != 200 || !strings.Contains(string(a.body), `"installed":1`) {
		t.Errorf("got %d: %s", a.status, a.body)
	}
	plan := decode(t, f.call("POST", "/api/v1/packs/plan", request{token: tokenLimited, body: asJSON(t, m{"packs": list{"hello"}})}))["data"]
	wantStatus(t, f.call("POST", "/api/v1/packs/apply", request{token: tokenLimited, body: asJSON(t, m{"plan": plan})}), http.StatusForbidden)
}

func TestParseLimitedScopes(t *testing.T) {
	t.Parallel()
	const secret = "a:0123456789abcdef:"
	for text, ok := range map[string]bool{
		"install@infra-*": true, "install@inside/*+read": true, "configure@a+install@b": true, "install@*": true,
		"read@a": false, "admin@a": false, "configure@inside/*": false, "install@": false, "install@a/": false, "install@a/b/c": false, "install@[a": false, "install@A": false,
	} {
		tok, err := api.ParseToken(secret + text)
		if (err == nil) != ok {
			t.Errorf("%s: got %v", text, err)
		}
		if ok && tok.Line() != secret+text {
			t.Errorf("%s: read as %s", text, tok.Line())
		}
	}
}

// TestPlansNeedTheirScopes: a plan that removes a pack, or rolls it back, needs the scope
// that these changes need elsewhere.
func TestPlansNeedTheirScopes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		scopes []api.Scope
		want   int
	}{
		{[]api.Scope{"install"}, http.StatusForbidden},
		{[]api.Scope{"install", "configure@infra-*"}, http.StatusForbidden},
		{[]api.Scope{"install@infra-*", "configure@demo"}, http.StatusOK},
		{[]api.Scope{"install", "configure"}, http.StatusOK},
	} {
		for _, change := range []m{{"rollback": list{m{"pack_ref": "demo"}}}, {"remove": list{"demo"}}} {
			f := start(t, limited(tt.scopes...))
			for _, version := range []string{"1.0.0", "2.0.0"} {
				wantStatus(t, f.post("register-batch", m{"pack_paths": list{writePack(t, f.allowed, "demo", version)}, "replace": "any"}), 200)
			}
			plan := decode(t, f.post("plan", change))["data"]
			a := f.call("POST", "/api/v1/packs/apply", request{token: tokenLimited, body: asJSON(t, m{"plan": plan})})
			if a.status != tt.want || a.status != http.StatusOK && !strings.Contains(string(a.body), "configure") && !strings.Contains(string(a.body), "infra-*") {
				t.Errorf("%v, %v: got %d: %s", tt.scopes, change, a.status, a.body)
			}
		}
	}
}

// TestEmptyTags: the empty entity tag is that of no version, so that a client which has lost
// its tag overwrites nothing.
func TestEmptyTags(t *testing.T) {
	t.Parallel()
	f := start(t)
	wantStatus(t, f.post("register-batch", m{"pack_paths": list{writePack(t, f.allowed, "demo", "1.0.0")}}), 200)
	config := packsPath + "/demo/config"
	wantStatus(t, f.call("PUT", config, request{body: `{"a": "b"}`}), 200)
	for _, tt := range []struct{ method, path, tag string }{
		{"PUT", config, `""`}, {"DELETE", config, `""`}, {"DELETE", packsPath + "/demo", `""`}, {"POST", packsPath + "/demo/rollback", `""`}, {"PUT", config, `"`},
	} {
		req := f.request(tt.method, tt.path, request{body: map[string]string{"PUT": `{"a": "c"}`}[tt.method]})
		req.Header.Set("If-Match", tt.tag)
		if a := f.do(req); a.status != http.StatusConflict {
			t.Errorf("%s %s: got %d: %s", tt.method, tt.path, a.status, a.body)
		}
	}
}
