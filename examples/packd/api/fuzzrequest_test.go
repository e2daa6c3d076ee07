package api_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/packtrain/pack/examples/packd/api"
)

// FuzzRequest sends any request to a server: the answer is described, nothing
// happens outside of the directories that requests may use, and no token is
// disclosed. NAMES in capitals stand for values that are only known once the server
// is open.
func FuzzRequest(f *testing.F) {
	f.Setenv("PATH", "/nowhere") // no tool is to be started by mistake
	g := start(f, func(c *api.Config) {
		c.Rate, c.Burst = 1e9, 1e9
		c.Host.Network.Policy.Hosts = []string{"none.invalid"}
		c.JobTimeout = 5 * time.Second
	})
	names := g.names()
	for _, head := range requestHeads() {
		for _, body := range requestBodies() {
			f.Add(head, body)
		}
	}
	before := listing(f, g.outside)
	f.Fuzz(func(t *testing.T, head, body string) {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(names.Replace(head) + "\r\n\r\n")))
		if err != nil {
			t.Skip()
		}
		sent := names.Replace(body)
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(sent)), int64(len(sent))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		w := httptest.NewRecorder()
		g.server.ServeHTTP(w, r.WithContext(ctx))
		g.on(t).checkFuzzed(r, answer{w.Code, w.Header(), w.Body.Bytes()})
		if after := listing(t, g.outside); after != before {
			t.Errorf("outside there is now %s", after)
		}
	})
}

// names replaces names by their values.
func (f *fixture) names() *strings.Replacer {
	writePack(f.t, f.allowed, "demo", "1.0.0")
	writePack(f.t, f.outside, "demo", "1.0.0")
	if err := os.Symlink(f.outside, filepath.Join(f.allowed, "link")); err != nil {
		f.t.Fatal(err)
	}
	a := f.plain("POST", "/api/v1/packs/install", request{body: asJSON(f.t, m{"packs": list{f.allowed + "/demo-1.0.0"}})})
	wantStatus(f.t, a, http.StatusAccepted)
	operation := filepath.Base(a.header.Get("Location"))
	return strings.NewReplacer("TOKEN", tokenAll, "READER", tokenRead, "ALLOWED", f.allowed, "OUTSIDE", f.outside, "ROOT", f.root, "OPERATION", operation)
}

// checkFuzzed holds an answer against the document, and looks for tokens.
func (f *fixture) checkFuzzed(r *http.Request, a answer) {
	f.t.Helper()
	where := fmt.Sprintf("%s %s: %d", r.Method, r.URL, a.status)
	template := f.api.template(r)
	switch {
	case strings.HasSuffix(template, "/ws"), r.Method == http.MethodHead: // the recorder cannot be taken over; no method of its own
	case template == "" && a.status != http.StatusNotFound && a.status != http.StatusMethodNotAllowed:
		f.t.Errorf("%s: the operation is not described\n%s", where, a.body)
	case template != "":
		f.api.checkAnswer(where, []string{"paths", template, strings.ToLower(r.Method), "responses", fmt.Sprint(a.status)}, a)
	}
	if a.status >= http.StatusInternalServerError && a.status != http.StatusBadGateway && a.status != http.StatusGatewayTimeout && !strings.HasSuffix(template, "/ws") {
		f.t.Errorf("%s: %s", where, a.body)
	}
	for _, text := range []string{f.log.take(), fmt.Sprint(a.header)} {
		if strings.Contains(text, tokenAll) || strings.Contains(text, "panic") {
			f.t.Errorf("%s: disclosed: %s", where, text)
		}
	}
}

// template returns the path of the document that serves a request, "" for none.
func (d *described) template(r *http.Request) string {
	found := ""
	for template := range d.document["paths"].(map[string]any) { //nolint:forcetypeassert // a test
		better := found == "" || !strings.Contains(template, "{")
		if better && matches(template, r.URL.EscapedPath()) && d.at("paths", template, strings.ToLower(r.Method)) != nil {
			found = template
		}
	}
	return found
}

// take returns the log since the previous call.
func (l *logBuffer) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := l.b.String()
	l.b.Reset()
	return text
}

func requestHeads() []string {
	const (
		host = " HTTP/1.1\r\nHost: x\r\n"
		json = host + "Authorization: Bearer TOKEN\r\nContent-Type: application/json"
	)
	heads := []string{
		"POST /api/v1/packs/download" + json + "\r\nAccept: application/vnd.packtrain.report+json",
		"POST /api/v1/packs/dependencies" + json,
		"POST /api/v1/packs/build-envs" + json + "\r\nPrefer: wait=1, respond-async; x\r\nIdempotency-Key: k",
		"POST /api/v1/packs/register-batch" + json,
		"POST /api/v1/packs/register-batch" + host + "Authorization: Bearer TOKEN\r\nContent-Type: text/x-dotenv",
		"POST /api/v1/packs/install" + json + "\r\nIdempotency-Key: \xff",
		"POST /api/v1/packs/install" + host + "Authorization: Bearer READER\r\nContent-Type: application/json",
		"PUT /api/v1/packs/demo/config" + json,
	}
	for _, path := range []string{
		"/api/v1/packs", "/api/v1/packs/demo", "/api/v1/packs/demo/generations", "/api/v1/packs/%00", "/api/v1/packs/a%2f..%2fb", "/api/v1/packs/%2e%2e",
		"/api/v1/operations?state=failed&kind=install&limit=3&before=OPERATION", "/api/v1/operations?limit=1e9", "/api/v1/operations/OPERATION",
		"/api/v1/operations/OPERATION/events?after=3", "/api/v1/operations/..%2flock", "/api/v1//packs", "http://other/metrics", "/docs", "/openapi.json", "*",
	} {
		heads = append(heads, "GET "+path+host+"Authorization: Bearer TOKEN\r\nLast-Event-ID: 18446744073709551615")
	}
	return append(heads,
		"POST /api/v1/packs/demo/rollback"+host+"Authorization: bearer TOKEN", "DELETE /api/v1/packs/demo?allow_break=all"+host+"Authorization: Bearer  TOKEN",
		"POST /api/v1/operations/OPERATION/cancel"+host+"Authorization: Bearer TOKEN", "GET /healthz"+host, "OPTIONS *"+host, "TRACE /metrics?token=TOKEN"+host)
}

func requestBodies() []string {
	return []string{
		`{"packs":["ALLOWED/demo-1.0.0","https://none.invalid/x.tar.gz","github:a/b@c"],"pack_paths":["ALLOWED/demo-1.0.0"],"destination_dir":"ALLOWED/into"}`,
		`{"packs":["demo@^1","git+file://ALLOWED/link"],"pack_paths":["ALLOWED/../outside/demo-1.0.0"],"destination_dir":"ALLOWED/link/x","registry_url":"https://none.invalid/"}`,
		`{"packs":["\u0000"],"pack_paths":["\ud800","/proc/self/fd/3"],"destination_dir":"/proc/self/fd/3/x","timeout":1e400}`,
		`{"packs":["x"],"pack_paths":["OUTSIDE"],"destination_dir":"OUTSIDE","packs_base_dir":"ALLOWED/link","TIMEOUT":-1,"verify_ssl":false}`,
		`{"packs":["\u0000",""],"pack_paths":["ALLOWED/\u0000",""],"destination_dir":"ALLOWED/\u0000","packs_base_dir":"ALLOWED/demo-1.0.0/pack.yaml"}`,
		"packs='[\"x\"]'\npack_paths='[\"ALLOWED/demo-1.0.0\"]'\npacks_base_dir='ROOT/current'\nforce='true'\nreplace='any'", "[[[[", "{}{}", "",
	}
}
