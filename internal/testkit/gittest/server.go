package gittest

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"net/netip"
	"slices"
	"sync"
	"testing"

	"github.com/packtrain/pack"
)

// A Server serves repositories over smart HTTP on loopback.
type Server struct {
	URL string // without a slash at the end

	mu       sync.Mutex
	requests []string
}

// NewServer serves repos, each below its key ("slack.git" at URL/slack.git),
// until the test ends. The first fault is the outermost.
func NewServer(tb testing.TB, repos map[string]*Repo, faults ...Fault) *Server {
	tb.Helper()
	h := Handler(tb, repos)
	for _, f := range slices.Backward(faults) {
		h = f(h)
	}
	s := &Server{}
	ts := httptest.NewServer(s.record(h))
	tb.Cleanup(ts.Close)
	s.URL = ts.URL
	return s
}

// Handler serves repos, each below its key.
func Handler(tb testing.TB, repos map[string]*Repo) http.Handler {
	tb.Helper()
	mux := http.NewServeMux()
	for name, r := range repos {
		mux.Handle("/"+name+"/", &cgi.Handler{
			Path:   r.git,
			Args:   []string{"http-backend"},
			Root:   "/" + name,
			Dir:    r.Dir,
			Env:    append(environ(r.Dir), "GIT_PROJECT_ROOT="+r.Dir, "GIT_HTTP_EXPORT_ALL=1"),
			Logger: slog.NewLogLogger(slog.DiscardHandler, 0),
			Stderr: io.Discard,
		})
	}
	return mux
}

func (s *Server) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.requests = append(s.requests, r.Method+" "+r.URL.RequestURI())
		s.mu.Unlock()
		next.ServeHTTP(w, r)
	})
}

// Requests returns the requests so far, such as
// "POST /slack.git/git-upload-pack".
func (s *Server) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Policy returns a network policy that admits servers of this package and of
// httptest.
func Policy() pack.NetworkPolicy {
	return pack.NetworkPolicy{
		AllowHTTP:    true,
		AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")},
	}
}
