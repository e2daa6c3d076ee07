package api_test

import (
	"strings"
	"testing"
)

// TestIndices describes and searches the index of the samples.
func TestIndices(t *testing.T) {
	t.Parallel()
	f := start(t, withWorld(t, serveSamples(t)))
	for path, want := range map[string]string{
		"":                 `"failure":null`,
		"/search":          `"pack_ref":"hello"`,
		"/search?q=greets": `"versions":["1.2.0"]`,
		"/search?q=absent": `"data":[]`,
	} {
		a := f.call("GET", "/api/v1/indices"+path, request{token: tokenRead})
		if wantStatus(t, a, 200); !strings.Contains(string(a.body), want) {
			t.Errorf("%s: %s is not in %s", path, want, a.body)
		}
	}
	wantStatus(t, f.call("GET", "/api/v1/indices", request{token: "canary-wrong"}), 401)
	wantStatus(t, f.call("GET", "/api/v1/indices/search?q="+strings.Repeat("x", 201), request{token: tokenRead}), 422)
	wantStatus(t, start(t).call("GET", "/api/v1/indices/search?q=x", request{token: tokenRead}), 404)
}
