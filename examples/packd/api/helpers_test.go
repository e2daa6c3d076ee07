package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/examples/internal/samples"
	"github.com/packtrain/pack/examples/packd/api"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/installer/settings"
	"github.com/packtrain/pack/source/registrysource"
)

// The tokens of the tests; the second part of each is its scopes.
const (
	tokenAll     = "canary-everything"
	tokenRead    = "canary-read"
	tokenInstall = "canary-install"
	tokenConfig  = "canary-configure"
)

// fixture is a server with a root, a directory that requests may use, and one
// that they may not.
type fixture struct {
	t                      testing.TB
	server                 *api.Server
	url                    string
	root, allowed, outside string
	api                    *described
	log                    *logBuffer
}

// on returns the same server for another test to use.
func (f *fixture) on(t testing.TB) *fixture {
	t.Helper()
	g, api := *f, *f.api
	g.t, g.api, api.t = t, &api, t
	return &g
}

// logBuffer contains the log.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// start starts a server; the options change its configuration.
func start(t testing.TB, options ...func(*api.Config)) *fixture {
	t.Helper()
	dir := t.TempDir()
	f := &fixture{t: t, root: filepath.Join(dir, "root"), allowed: filepath.Join(dir, "allowed"), outside: filepath.Join(dir, "outside"), log: &logBuffer{}}
	for _, d := range []string{f.allowed, f.outside} {
		if err := os.Mkdir(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	c := api.Config{
		Host: hostflags.Config{Config: host.Config{
			Root: f.root, SearchPath: filepath.SplitList(os.Getenv("PATH")),
			Isolation: pack.IsolationNone, // tests of packs wait for files of the fixture
		}},
		AllowRoots: []string{f.allowed},
		Tokens: []api.Token{
			{Secret: tokenAll, Scopes: []api.Scope{api.ScopeRead, api.ScopeInstall, api.ScopeConfigure, api.ScopeAdmin}},
			{Secret: tokenRead, Scopes: []api.Scope{api.ScopeRead, api.ScopeAdmin}},
			{Secret: tokenInstall, Scopes: []api.Scope{api.ScopeInstall, api.ScopeAdmin}},
			{Secret: tokenConfig, Scopes: []api.Scope{api.ScopeConfigure}},
		},
		Logger: slog.New(slog.NewJSONHandler(f.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, option := range options {
		option(&c)
	}
	s, err := api.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	hs := httptest.NewServer(s)
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
		cancel() // what still runs is interrupted
		if err := s.Finish(ctx); err != nil {
			t.Error(err)
		}
		hs.Close()
		if err := s.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	f.server, f.url = s, hs.URL
	f.api = newDescribed(t, f.plain("GET", "/openapi.json", request{}).body)
	return f
}

// withWorld lets the server install the samples.
func withWorld(t *testing.T, w *samples.World) func(*api.Config) {
	t.Helper()
	return func(c *api.Config) {
		policy, err := settings.ParsePolicy(true, []string{"127.0.0.1"})
		if err != nil {
			t.Fatal(err)
		}
		c.Host.Indices, c.Host.Network.Policy = []registrysource.Index{{URL: w.Index()}}, policy
		c.Host.FindLinks, c.Host.NodeRegistry = []string{w.Wheels()}, w.NodeRegistry()
		c.Host.Provided = []pack.Provided{{Ref: "core"}}
		c.AllowRoots = append(c.AllowRoots, filepath.Dir(w.Directory()))
	}
}

func serveSamples(t *testing.T) *samples.World {
	t.Helper()
	w, err := samples.Serve(t.Context(), t.TempDir(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}

// request is the content of a call besides its path. The token is tokenAll and the type
// JSON unless it says otherwise; "-" is for none.
type request struct {
	token, kind, accept string
	prefer, key         string
	body                string
}

// answer is the response.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// call sends a request and checks that it and its answer are described.
func (f *fixture) call(method, path string, r request) answer {
	f.t.Helper()
	req := f.request(method, path, r)
	a := f.do(req)
	f.api.check(req, []byte(r.body), a)
	return a
}

// plain sends a request without checking it.
func (f *fixture) plain(method, path string, r request) answer {
	f.t.Helper()
	return f.do(f.request(method, path, r))
}

func (f *fixture) request(method, path string, r request) *http.Request {
	f.t.Helper()
	req, err := http.NewRequestWithContext(f.t.Context(), method, f.url+path, strings.NewReader(r.body))
	if err != nil {
		f.t.Fatal(err)
	}
	set := func(name, value, absent string) {
		if value == "" {
			value = absent
		}
		if value != "" && value != "-" {
			req.Header.Set(name, value)
		}
	}
	token := r.token
	if token == "" {
		token = tokenAll
	}
	if token != "-" {
		set("Authorization", "Bearer "+token, "")
	}
	if r.body != "" {
		set("Content-Type", r.kind, "application/json")
	}
	set("Accept", r.accept, "")
	set("Prefer", r.prefer, "")
	set("Idempotency-Key", r.key, "")
	return req
}

func (f *fixture) do(req *http.Request) answer {
	f.t.Helper()
	resp, err := new(http.Client).Do(req)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, body}
}

// post sends a request for work.
func (f *fixture) post(kind string, body any) answer {
	f.t.Helper()
	return f.call("POST", "/api/v1/packs/"+kind, request{body: asJSON(f.t, body)})
}

func asJSON(t testing.TB, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// m and list write JSON.
type (
	m    = map[string]any
	list = []any
)

// decode reads a body, with numbers as float64.
func decode(t testing.TB, a answer) m {
	t.Helper()
	var v m
	if err := json.Unmarshal(a.body, &v); err != nil {
		t.Fatalf("%v\n%s", err, a.body)
	}
	return v
}

// wantStatus fails the test when the answer has another status.
func wantStatus(t testing.TB, a answer, status int) {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d\n%s", a.status, status, a.body)
	}
}

// writePack writes a small pack and returns its directory.
func writePack(t testing.TB, dir, ref, version string) string {
	t.Helper()
	path := filepath.Join(dir, ref+"-"+version)
	files := m{
		"pack.yaml":        "ref: " + ref + "\nversion: " + version + "\nlabel: L\ndescription: D\n",
		"actions/run.yaml": "ref: " + ref + ".run\nlabel: Run\ndescription: Runs\nentry_point: run.sh\n",
		"actions/run.sh":   "#!/bin/sh\n",
	}
	for name, content := range files {
		file := filepath.Join(path, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content.(string)), 0o600); err != nil { //nolint:forcetypeassert // a test
			t.Fatal(err)
		}
	}
	return path
}

// appendTo adds text to a file, which it makes when it is missing.
func appendTo(t *testing.T, file, text string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(data, text...), 0o600); err != nil {
		t.Fatal(err)
	}
}

// poll waits for what happens elsewhere.
func poll(t testing.TB, what string, happened func() bool) {
	t.Helper()
	for !happened() {
		select {
		case <-t.Context().Done():
			t.Fatalf("%s: it never happened", what)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// open opens a server that is closed again at once.
func open(t *testing.T, root string, allowed ...string) (*api.Server, error) {
	t.Helper()
	s, err := api.Open(t.Context(), api.Config{
		Host: hostflags.Config{Config: host.Config{Root: root, SearchPath: []string{"/usr/bin"}}}, AllowRoots: allowed,
		Tokens: []api.Token{{Secret: tokenAll}},
	})
	if s != nil {
		_ = s.Close(t.Context())
	}
	return s, err
}

func touch(t *testing.T, file string) {
	t.Helper()
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

// awaitFile waits until a file exists, which another process makes.
func awaitFile(t *testing.T, file string) {
	t.Helper()
	poll(t, file, func() bool {
		_, err := os.Stat(file)
		return err == nil
	})
}

// contentOf returns the names and the content of all files below a directory.
func contentOf(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		b.WriteString(path + "\n" + string(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
