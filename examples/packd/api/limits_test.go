package api_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/packtrain/pack/examples/packd/api"
)

func TestRateLimits(t *testing.T) {
	t.Parallel()
	f := start(t, func(c *api.Config) { c.Rate, c.Burst, c.StrangerRate, c.StrangerBurst = 0.01, 3, 0.01, 4 })
	for _, token := range []string{tokenAll, tokenRead, "canary-unknown"} {
		good, places := 200, 3
		if token == "canary-unknown" {
			good, places = 401, 1 // the fixture has asked for the document, and both tokens were new here
		}
		for i := range 5 {
			want := good
			if i >= places {
				want = 429
			}
			a := f.call("GET", "/api/v1/packs", request{token: token})
			if a.status != want {
				t.Errorf("%s: request %d: status %d, want %d", token, i, a.status, want)
			}
			after, err := strconv.Atoi(a.header.Get("Retry-After"))
			if want == 429 && (err != nil || after < 1) {
				t.Errorf("Retry-After: %q", a.header.Get("Retry-After"))
			}
		}
	}
	wantStatus(t, f.call("GET", "/healthz", request{token: "-"}), 200)
	wantStatus(t, f.call("GET", "/docs", request{token: "-"}), 429)
}

// TestBodiesThatDoNotArrive sends less than was promised, and ends or waits then.
func TestBodiesThatDoNotArrive(t *testing.T) {
	t.Parallel()
	f := start(t, func(c *api.Config) { c.BodyTimeout = 50 * time.Millisecond })
	for _, ends := range []bool{true, false} {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(f.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		_, err = fmt.Fprintf(conn, "POST /api/v1/packs/download HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"+
			"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"packs\"", tokenAll)
		if err != nil {
			t.Fatal(err)
		}
		if ends {
			_ = conn.(*net.TCPConn).CloseWrite() //nolint:forcetypeassert // a test
		}
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		body, _ := io.ReadAll(resp.Body)
		f.wantError("cut", answer{resp.StatusCode, resp.Header, body}, refusal{status: 400, code: "invalid_request"})
	}
}

// TestOnlyBodiesAreHurried lets work take longer than a body may.
func TestOnlyBodiesAreHurried(t *testing.T) {
	t.Parallel()
	f := start(t, func(c *api.Config) { c.BodyTimeout = 50 * time.Millisecond })
	slow, release := slowPack(t, f.allowed, "slow")
	time.AfterFunc(200*time.Millisecond, func() { touch(t, release) })
	a := f.post("register-batch", m{"pack_paths": list{slow}})
	wantStatus(t, a, 200)
	if !strings.Contains(string(a.body), `"success_count":1`) {
		t.Errorf("got %s", a.body)
	}
}

// TestHugeBodies are refused without being read.
func TestHugeBodies(t *testing.T) {
	t.Parallel()
	f := start(t)
	req := f.request("POST", "/api/v1/packs/download", request{body: "{}"})
	endless := &endless{}
	req.Body, req.ContentLength = io.NopCloser(endless), 100<<20
	resp, err := new(http.Transport).RoundTrip(req)
	if err == nil { // else the connection was closed on the way
		defer func() { _ = resp.Body.Close() }()
		body, _ := io.ReadAll(resp.Body)
		f.wantError("100 MB", answer{resp.StatusCode, resp.Header, body}, refusal{status: 413, code: "limit_exceeded"})
	}
	if endless.read.Load() > 20<<20 {
		t.Errorf("%d bytes were read", endless.read.Load())
	}
}

// TestBodiesThatAreHeldBack sends large bodies but for their last byte: those of
// one token take no more memory than they may, and others are served.
func TestBodiesThatAreHeldBack(t *testing.T) {
	t.Parallel()
	f := start(t, func(c *api.Config) { c.BodyBytes = 2 << 20 })
	url := "/api/v1/packs/dependencies"
	head := "POST " + url + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + tokenAll + "\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
	body := asJSON(t, f.valid("dependencies"))
	large := body + strings.Repeat(" ", 1<<20-len(body))
	held := []net.Conn{dial(t, f.url), dial(t, f.url)}
	for i, length := range []string{"Content-Length: 1048576", "Transfer-Encoding: chunked"} {
		fmt.Fprintf(held[i], "%s%s\r\n\r\n", head, length)
		if line, err := bufio.NewReader(held[i]).ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
			t.Fatalf("got %q, %v", line, err)
		}
	}
	a := f.plain("POST", url, request{body: body})
	f.wantError("one more", a, refusal{status: 429, code: "busy", detail: `"limit":"bodies"`})
	if a.header.Get("Retry-After") == "" {
		t.Error("nothing says when to come back")
	}
	wantStatus(t, f.plain("POST", url, request{body: large, token: tokenInstall}), 200)
	for _, conn := range held {
		_ = conn.Close()
	}
	poll(t, "room", func() bool { return f.plain("POST", url, request{body: large}).status == 200 })
}

// TestWorkHoldsNoMemory has work go on whose bodies take all that there is.
func TestWorkHoldsNoMemory(t *testing.T) {
	t.Parallel()
	f := start(t, func(c *api.Config) { c.BodyBytes = 1 << 20 })
	slow, release := slowPack(t, f.allowed, "slow")
	body := asJSON(t, m{"pack_paths": list{slow}})
	body += strings.Repeat(" ", 1<<20-len(body))
	done := make(chan answer, 1)
	go func() { done <- f.plain("POST", "/api/v1/packs/register-batch", request{body: body}) }()
	awaitFile(t, release+".begun")
	wantStatus(t, f.plain("POST", "/api/v1/packs/register-batch", request{body: body, prefer: async}), 202)
	touch(t, release)
	wantStatus(t, <-done, 200)
}

// endless is a body of spaces.
type endless struct{ read atomic.Int64 }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	e.read.Add(int64(len(p)))
	return len(p), nil
}

// TestBodiesThatNobodyReads promises bodies that never arrive where none is read: in
// the end the server lets the connection go.
func TestBodiesThatNobodyReads(t *testing.T) {
	t.Parallel()
	f := start(t, func(c *api.Config) { c.BodyTimeout = time.Hour })
	for name, head := range map[string]string{
		"wrong":     "POST /api/v1/packs/download HTTP/1.1\r\nContent-Type: text/plain\r\nContent-Length: 9\r\nAuthorization: Bearer " + tokenAll,
		"stranger":  "POST /api/v1/packs/download HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 9",
		"nowhere":   "POST /nowhere HTTP/1.1\r\nContent-Length: 9",
		"none read": "GET /healthz HTTP/1.1\r\nTransfer-Encoding: chunked",
		"plain":     "GET /docs HTTP/1.1\r\nContent-Length: 9",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(f.url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			_ = conn.SetDeadline(time.Now().Add(time.Minute)) // rather than waiting for ever
			if _, err := fmt.Fprintf(conn, "%s\r\nHost: x\r\n\r\n", head); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadAll(conn); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestStrangersWhoDoNotRead are sent an answer that does not end.
func TestStrangersWhoDoNotRead(t *testing.T) {
	t.Parallel()
	f := start(t, func(c *api.Config) { c.Streams.WriteTimeout = 50 * time.Millisecond })
	failed := make(chan error)
	f.server.AddRoute("GET /endless", func(w http.ResponseWriter, _ *http.Request) {
		for {
			if _, err := w.Write(make([]byte, 1<<16)); err != nil {
				failed <- err
				return
			}
		}
	})
	fmt.Fprint(dial(t, f.url), "GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
	select {
	case <-failed:
	case <-time.After(30 * time.Second):
		t.Error("the server writes still")
	}
}

// TestClientThatGoesAway ends the work that it asked for.
func TestClientThatGoesAway(t *testing.T) {
	t.Parallel()
	f := start(t, func(c *api.Config) { c.MaxJobs, c.MaxQueue = 1, -1 })
	slow, release := slowPack(t, f.allowed, "slow")
	ctx, cancel := context.WithCancel(t.Context())
	req := f.request("POST", "/api/v1/packs/register-batch", request{body: asJSON(t, m{"pack_paths": list{slow}})}).WithContext(ctx)
	failed := make(chan error, 1)
	go func() {
		resp, err := new(http.Client).Do(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		failed <- err
	}()
	awaitFile(t, release+".begun")
	cancel()
	if err := <-failed; err == nil {
		t.Fatal("there was an answer")
	}
	// The only place is free again.
	poll(t, "the place", func() bool {
		return f.plain("POST", "/api/v1/packs/build-envs", request{body: asJSON(t, f.valid("build-envs"))}).status == 200
	})
	wantStatus(t, f.call("GET", "/api/v1/packs/slow", request{}), 404)
	metrics := f.plain("GET", "/metrics", request{})
	const counted = `packd_requests_total{method="POST",route="POST /api/v1/packs/register-batch",status="499"} 1`
	if !strings.Contains(f.log.String(), `"status":499`) || !strings.Contains(string(metrics.body), counted) {
		t.Errorf("nothing reports a client that went away:\n%s\n%s", f.log, metrics.body)
	}
}

// TestWorkThatIsInterrupted ends the server under work that runs and work that
// waits: both clients are asked to retry.
func TestWorkThatIsInterrupted(t *testing.T) {
	t.Parallel()
	f := start(t, func(c *api.Config) { c.MaxJobs = 1 })
	slow, release := slowPack(t, f.allowed, "slow")
	answers := make(chan answer, 2)
	ask := func(accept string) {
		answers <- f.plain("POST", "/api/v1/packs/register-batch", request{body: asJSON(t, m{"pack_paths": list{slow}}), accept: accept})
	}
	go ask("")
	awaitFile(t, release+".begun")
	go ask("application/vnd.packtrain.report+json")
	poll(t, "the line", func() bool {
		return strings.Contains(string(f.plain("GET", "/metrics", request{}).body), "packd_jobs_queued 1")
	})
	now, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.server.Finish(now); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		a := <-answers
		if a.status != 503 || a.header.Get("Retry-After") == "" || !strings.Contains(string(a.body), "packd is shutting down") {
			t.Errorf("status %d, %v: %s", a.status, a.header, a.body)
		}
	}
}

// TestRecordsThatDoNotAnswer takes the records away under a server.
func TestRecordsThatDoNotAnswer(t *testing.T) {
	t.Parallel()
	f := start(t, func(c *api.Config) { c.Host.DSN = filepath.Join(c.Host.Root, "packtrain.db") })
	db, err := sql.Open("sqlite", filepath.Join(f.root, "packtrain.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(t.Context(), "DROP TABLE packtrain_packs"); err != nil {
		t.Fatal(err)
	}
	a := f.call("GET", "/readyz", request{})
	f.wantError("readyz", a, refusal{status: 503, code: "unavailable"})
	if text := string(a.body); strings.Contains(text, "packtrain") || !strings.Contains(f.log.String(), "packtrain_packs") {
		t.Errorf("the client gets %s, the log %s", text, f.log)
	}
	f.wantError("packs", f.call("GET", "/api/v1/packs", request{}), refusal{status: 500, code: "io_error"})
}

// TestTimeoutOfWork ends work that takes too long.
func TestTimeoutOfWork(t *testing.T) {
	t.Parallel()
	f := start(t, func(c *api.Config) { c.JobTimeout = 50 * time.Millisecond })
	slow, _ := slowPack(t, f.allowed, "slow")
	a := f.post("register-batch", m{"pack_paths": list{slow}})
	f.wantError("slow", a, refusal{status: 504, code: "timeout"})
}

func TestPanics(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.server.AddRoute("GET /panic", func(http.ResponseWriter, *http.Request) { panic("the reason") })
	a := f.plain("GET", "/panic", request{})
	f.wantError("panic", a, refusal{status: 500})
	if strings.Contains(string(a.body), "the reason") || !strings.Contains(string(a.body), a.header.Get("X-Request-Id")) {
		t.Errorf("got %s", a.body)
	}
	if !strings.Contains(f.log.String(), "the reason") {
		t.Error("the panic is not logged")
	}
	wantStatus(t, f.call("GET", "/healthz", request{}), 200)
}

// TestFailuresAreLogged takes away what packd needs: who runs it learns why.
func TestFailuresAreLogged(t *testing.T) {
	t.Parallel()
	f := start(t)
	if err := os.RemoveAll(filepath.Join(f.root, "operations", "new")); err != nil {
		t.Fatal(err)
	}
	a := f.call("POST", "/api/v1/packs/install", request{body: asJSON(t, f.valid("install"))})
	f.wantError("no place for operations", a, refusal{status: 500, code: "io_error"})
	if !strings.Contains(f.log.String(), "no such file or directory") || !strings.Contains(f.log.String(), `"code":"io_error"`) {
		t.Errorf("the log is %s", f.log)
	}
}

// TestNothingTellsTokens looks for the tokens in all that is written.
func TestNothingTellsTokens(t *testing.T) {
	t.Parallel()
	f := start(t)
	for _, r := range []request{{}, {token: tokenRead}, {token: "canary-guessed"}} {
		f.plain("GET", "/api/v1/packs/"+r.token, r)
		f.plain("GET", "/api/v1/packs?token=canary-query", r)
		f.plain("CANARY-METHOD", "/canary-path", r)
		r.body, r.key = asJSON(t, f.valid("install")), "k"
		f.plain("POST", "/api/v1/packs/install", r)
		r.kind = "canary-type"
		f.plain("POST", "/api/v1/packs/download", r)
	}
	metrics := f.call("GET", "/metrics", request{})
	if err := f.server.Finish(t.Context()); err != nil { // from now on nothing changes
		t.Fatal(err)
	}
	for name, text := range map[string]string{"log": f.log.String(), "metrics": string(metrics.body), "root": contentOf(t, f.root)} {
		if i := strings.Index(strings.ToLower(text), "canary-"); i >= 0 {
			t.Errorf("%s: ...%s...", name, text[max(i-100, 0):min(i+100, len(text))])
		}
	}
	if !strings.Contains(f.log.String(), `"status":202`) {
		t.Error("requests are not logged")
	}
}

func TestDocs(t *testing.T) {
	t.Parallel()
	f := start(t)
	a := f.call("GET", "/docs", request{token: "-"})
	page := string(a.body)
	if !strings.HasPrefix(a.header.Get("Content-Security-Policy"), "default-src 'none'; style-src 'sha256-") {
		t.Errorf("policy: %s", a.header.Get("Content-Security-Policy"))
	}
	for _, want := range []string{"/api/v1/packs/register-batch", "packs_base_dir", "list of string (1 to 1000)", "(queued, running, completed, failed, cancelled)", "integer or null (10 to 3600, default 300)", `href="#DownloadRequest"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not have %q", want)
		}
	}
	for _, bad := range []string{"<script", "http://", "https://", "src="} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
}

func TestReadinessEnds(t *testing.T) {
	t.Parallel()
	f := start(t)
	wantStatus(t, f.call("GET", "/readyz", request{}), 200)
	if err := f.server.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.wantError("readyz", f.call("GET", "/readyz", request{}), refusal{status: 503, code: "unavailable"})
	f.wantError("work", f.post("dependencies", f.valid("dependencies")), refusal{status: 503, code: "unavailable"})
	f.wantError("install", f.post("install", f.valid("install")), refusal{status: 503, code: "unavailable"})
	wantStatus(t, f.call("GET", "/healthz", request{}), 200)
	wantStatus(t, f.call("GET", "/api/v1/packs", request{}), 200)
}
