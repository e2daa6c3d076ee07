package corepack_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
)

const (
	notReached = "the server cannot be reached"
	noReport   = "the response of the server is not a report"
	noFormat   = "the parameters are not in dotenv format"
	noToken    = "the parameter api_token is missing or cannot be a token"
)

// answer is a handler with a fixed answer.
func answer(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

// TestServersThatFail shows that one empty report with one reason comes back
// from servers that do not answer as packd does.
func TestServersThatFail(t *testing.T) {
	t.Parallel()
	elsewhere := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	}
	cut := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", typeReport)
		w.Header().Set("Content-Length", "100")
		fmt.Fprint(w, "{}")
	}
	hangUp := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	tests := []struct {
		name   string
		serve  http.HandlerFunc
		reason string
	}{
		{"garbage", answer(200, "text/html", "<html>\x00\xff"), noReport},
		{"other JSON", answer(200, "application/json", "{}"), noReport},
		{"garbage of the type", answer(200, typeReport, "oops"), noReport},
		{"half a report", answer(200, typeReport, `{"downloaded_packs":[`), noReport},
		{"empty body", answer(200, typeReport, ""), noReport},
		{"empty error", answer(500, "", ""), noReport},
		{"error of a proxy", answer(502, "text/plain", "bad gateway"), noReport},
		{"redirect", elsewhere, noReport},
		{"cut off", cut, notReached},
		{"no answer", hangUp, notReached},
	}
	eachShell(t, func(t *testing.T, sh shell) {
		t.Helper()
		for _, tt := range tests {
			s := httptest.NewServer(tt.serve)
			got := sh.run(t, "download_packs", encode(t, "api_url", s.URL, "api_token", token))
			s.Close()
			wantEmpty(t, tt.name, got, wire.KindDownload, tt.reason)
		}
	})
}

// wantEmpty checks that an action printed the empty report and failed.
func wantEmpty(t *testing.T, name string, got outcome, kind, reason string) {
	t.Helper()
	wantRefused(t, name, got, kind, "", reason)
}

// wantRefused is wantEmpty for a report of the server.
func wantRefused(t *testing.T, name string, got outcome, kind string, code pack.Code, reason string) {
	t.Helper()
	if want := emptyReport(t, kind, code, reason); got.status != 1 || got.stdout != want {
		t.Errorf("%s: got %+v, want status 1 and %s", name, got, want)
	}
	if strings.Contains(got.stderr, token) {
		t.Errorf("%s: the token was printed: %q", name, got.stderr)
	}
}

// TestRefusals shows that packd's own empty report is printed as it is.
func TestRefusals(t *testing.T) {
	t.Parallel()
	eachShell(t, func(t *testing.T, sh shell) {
		t.Helper()
		for _, status := range []int{400, 401, 403, 413, 422, 429, 500, 504} {
			want := emptyReport(t, wire.KindRegister, pack.CodeIO, fmt.Sprint("status ", status))
			s := httptest.NewServer(answer(status, typeReport+"; charset=utf-8", want))
			got := sh.run(t, "register_packs", encode(t, "api_url", s.URL, "api_token", token))
			s.Close()
			if got.status != 1 || got.stdout != want || got.stderr != "" {
				t.Errorf("got %+v, want status 1 and %s", got, want)
			}
		}
	})
}

func TestNoServer(t *testing.T) {
	t.Parallel()
	eachShell(t, func(t *testing.T, sh shell) {
		t.Helper()
		other := httptest.NewServer(http.NotFoundHandler())
		defer other.Close()
		gopher := strings.Replace(other.URL, "http:", "gopher:", 1)
		s := httptest.NewServer(http.NotFoundHandler())
		s.Close()
		for _, w := range wrappers() {
			for _, url := range []string{s.URL, gopher, "file:///etc/passwd", "nonsense://x", "http://[", "--help", "http://127.0.0.1:0/\nx"} {
				got := sh.run(t, w.action, encode(t, "api_token", token, "api_url", url))
				wantEmpty(t, url, got, w.kind, notReached)
			}
		}
	})
}

// TestNothingIsSent shows which parameters are refused before a request.
func TestNothingIsSent(t *testing.T) {
	t.Parallel()
	called := false
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	t.Cleanup(func() {
		s.Close()
		if called {
			t.Error("a request was sent")
		}
	})
	url := "api_url='" + s.URL + "'\n"
	tests := []struct{ params, reason string }{
		{"", noToken},
		{"a='1'\n", noToken},
		{"api_token=''\n", noToken},
		{"api_token='two words'\n", noToken},
		{"api_token='x\nX-Header: y'\n", noToken},
		{"api_token='é'\n", noToken},
		{"api_token=" + token + "\n", noFormat},
		{"api_token=\"" + token + "\"\n", noFormat},
		{"export api_token='" + token + "'\n", noFormat},
		{" api_token='" + token + "'\n", noFormat},
		{"api_token='" + token + "' \n", noFormat},
		{"api_token='" + token + "'\r\n", noFormat},
		{"api_token='" + token + "'x:\\''y'\n", noFormat},
		{"api_token='" + token + "''y'\n", noFormat},
		{"api_token='" + token + "'\na='", noFormat},
		{"api_token='" + token + "'\na='\n'\\'", noFormat},
		{"='" + token + "'\n", noFormat},
	}
	eachShell(t, func(t *testing.T, sh shell) {
		t.Helper()
		for _, tt := range tests {
			wantEmpty(t, tt.params, sh.run(t, "build_pack_envs", url+tt.params), wire.KindBuild, tt.reason)
		}
	})
}

func TestNoCurl(t *testing.T) {
	t.Parallel()
	eachShell(t, func(t *testing.T, sh shell) {
		t.Helper()
		sh.path = t.TempDir()
		got := sh.run(t, "download_packs", encode(t, "api_token", token))
		wantEmpty(t, "no curl", got, wire.KindDownload, "curl is not installed")
	})
}

// TestSilentServer lets curl, which is configured to wait for up to an hour, give
// up after a second.
func TestSilentServer(t *testing.T) {
	t.Parallel()
	eachShell(t, func(t *testing.T, sh shell) {
		t.Helper()
		over := make(chan struct{})
		s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-over }))
		defer s.Close()
		defer close(over)
		impatient := "#!/bin/sh\ncase \"$*\" in\n*'--connect-timeout 10 --max-time 3600 '*) exec " + find(t, "curl") + " \"$@\" --max-time 1 ;;\nesac\nexit 99\n"
		sh.path = t.TempDir()
		if err := os.WriteFile(filepath.Join(sh.path, "curl"), []byte(impatient), 0o755); err != nil {
			t.Fatal(err)
		}
		got := sh.run(t, "download_packs", encode(t, "api_url", s.URL, "api_token", token))
		wantEmpty(t, "silent", got, wire.KindDownload, "the server did not respond in time")
	})
}
