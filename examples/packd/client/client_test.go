package client_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/client"
	"github.com/packtrain/pack/examples/packd/wire"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for _, config := range []client.Config{
		{},
		{URL: "localhost:8080"},
		{URL: "ftp://packs.example"},
		{URL: "http://"},
		{URL: "https://user:s3cret@packs.example"},
		{URL: "https://packs.example?s3cret"},
		{URL: "https://packs.example#s3cret"},
		{URL: "https://packs.example", Token: "s3cret\nX: y"},
		{URL: "http://s3cret\x00"},
	} {
		_, err := client.New(config)
		if !errors.Is(err, pack.ErrInvalid) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%+v: got %v", config, err)
		}
	}
}

// TestFailuresOfTheRequest responds with an error and expects its content.
func TestFailuresOfTheRequest(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		status int
		body   string
		want   error // a sentinel, nil for none
		text   string
	}{
		{"policy", 403, `{"error": "not there", "code": "policy_denied", "details": {"path": "/x"}}`, pack.ErrPolicy, "not there"},
		{"not found", 404, `{"error": "no such pack", "code": "not_found", "details": null}`, pack.ErrNotFound, "no such pack"},
		{"no code", 401, `{"error": "a token is needed", "code": null, "details": null}`, nil, "a token is needed"},
		{"unknown code", 422, `{"error": "new", "code": "from_the_future"}`, nil, "new"},
		{"not ours", 500, `<html>` + token + `</html>`, nil, "server answers 500 Internal Server Error"},
		{"nothing", 418, ``, nil, "server answers 418 I'm a teapot"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := connect(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tt.status)
				_, _ = w.Write([]byte(tt.body))
			})
			_, err := c.Show(t.Context(), "slack")
			e, ok := errors.AsType[*client.Error](err)
			if !ok || e.Status != tt.status || err.Error() != tt.text || tt.want != nil && !errors.Is(err, tt.want) {
				t.Fatalf("got %#v", err)
			}
			if (tt.name == "policy") != (e.Details != nil) {
				t.Errorf("details %s", e.Details)
			}
		})
	}
}

// TestAnswersThatAreNone gets success without the content that it should have.
func TestAnswersThatAreNone(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]error{
		"":                         pack.ErrMalformed,
		"<html>welcome</html>":     pack.ErrMalformed,
		"{}":                       pack.ErrMalformed,
		`{"data": null}`:           pack.ErrMalformed,
		`{"data": {"pack_id":"x"}`: pack.ErrMalformed,
		`{"data": {}} {}`:          pack.ErrMalformed,
		`{"data": {}}}`:            pack.ErrMalformed,
		`{"data": "` + strings.Repeat("x", 1<<10) + `"}`: pack.ErrLimit,
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(body))
		}))
		t.Cleanup(server.Close)
		c := newClient(t, client.Config{URL: server.URL, MaxResponse: 1 << 10})
		if _, err := c.Show(t.Context(), "slack"); !errors.Is(err, want) {
			t.Errorf("%.20q: got %v, want %v", body, err, want)
		}
	}
}

// TestTokenStaysHome redirects to another server, and to another path.
func TestTokenStaysHome(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("the other server was asked, with %q", r.Header.Get("Authorization"))
		answer(w, http.StatusOK, []any{})
	}))
	t.Cleanup(other.Close)
	for _, to := range []string{other.URL + "/api/v1/packs", "/elsewhere"} {
		c := connect(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/elsewhere" || r.Header.Get("Authorization") != "Bearer "+token {
				t.Errorf("%s with %q", r.URL.Path, r.Header.Get("Authorization"))
			}
			http.Redirect(w, r, to, http.StatusTemporaryRedirect)
		})
		_, err := c.List(t.Context())
		if err == nil || !strings.Contains(err.Error(), "redirects are not followed") || strings.Contains(err.Error(), token) {
			t.Errorf("got %v", err)
		}
		if _, err := c.Install(t.Context(), wire.InstallRequest{Packs: []string{"slack"}}, nil); err == nil {
			t.Error("installing follows")
		}
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	c := newClient(t, client.Config{URL: server.URL})
	_, err := c.List(t.Context())
	if !errors.Is(err, pack.ErrUnavailable) || !pack.Retryable(err) || strings.Contains(err.Error(), token) {
		t.Errorf("got %v", err)
	}
}

// TestFailedPacks wants the errors that the library would give.
func TestFailedPacks(t *testing.T) {
	t.Parallel()
	gone := wire.Fault{Message: "gone"}
	reports := map[string]any{
		wire.KindDownload:     &wire.DownloadReport{Failed: []wire.FailedDownload{{Spec: "slack", Fault: gone}}},
		wire.KindDependencies: &wire.DependenciesReport{Errors: []wire.FailedAnalysis{{Path: "/p", Fault: gone}}},
		wire.KindRegister:     &wire.RegisterReport{Failed: []wire.FailedRegistration{{Ref: "slack", Path: "/p", Stage: pack.StageTests, Fault: gone}}},
	}
	c := connect(t, func(w http.ResponseWriter, r *http.Request) {
		answer(w, http.StatusOK, reports[strings.TrimPrefix(r.URL.Path, "/api/v1/packs/")])
	})
	download, err := c.Download(t.Context(), wire.DownloadRequest{Packs: []string{"jira", "https://user:secret@host/x", "slack"}})
	wantItem(t, err, pack.Failure{Item: 2, Spec: "slack", Stage: pack.StageDownload}, "slack: download: gone")
	if download.Failed[0].Err == nil {
		t.Error("the report has no error")
	}
	_, err = c.Dependencies(t.Context(), wire.DependenciesRequest{Paths: []string{"/o", "/p"}})
	wantItem(t, err, pack.Failure{Item: 1, Spec: "/p", Stage: pack.StageDependencies}, "/p: dependencies: gone")
	_, err = c.Register(t.Context(), wire.RegisterRequest{})
	wantItem(t, err, pack.Failure{Spec: "/p", Ref: "slack", Stage: pack.StageTests}, "/p: tests: gone")
}

func wantItem(t *testing.T, err error, want pack.Failure, text string) {
	t.Helper()
	batch, ok := errors.AsType[*pack.BatchError](err)
	if !ok || len(batch.Failures) != 1 || err.Error() != text {
		t.Fatalf("got %v, want %q", err, text)
	}
	got := batch.Failures[0]
	got.Err, got.Message, got.Code = nil, "", ""
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestOddNames requests names that would be other paths if they were not escaped.
func TestOddNames(t *testing.T) {
	t.Parallel()
	c := connect(t, func(w http.ResponseWriter, r *http.Request) {
		refuse(w, http.StatusNotFound, pack.CodeNotFound, r.URL.EscapedPath())
	})
	for name, want := range map[pack.Ref]string{
		"":        `pack "": want a name`,
		"..":      `pack "..": want a name`,
		"a/../b?": "/api/v1/packs/a%2F..%2Fb%3F",
	} {
		if _, err := c.Show(t.Context(), name); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if _, err := c.Operation(t.Context(), ""); !errors.Is(err, pack.ErrInvalid) {
		t.Errorf("got %v", err)
	}
}
