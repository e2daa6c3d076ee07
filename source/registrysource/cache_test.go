package registrysource_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/registrysource"
)

// An indexServer serves an index that can be replaced.
type indexServer struct {
	mu       sync.Mutex
	data     []byte
	etag     string
	modified string
	status   int // when not 0
	requests []string
}

func (s *indexServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, r.Header.Get("If-None-Match")+" "+r.Header.Get("If-Modified-Since"))
	if s.status != 0 {
		w.WriteHeader(s.status)
		return
	}
	if s.etag != "" {
		w.Header().Set("ETag", s.etag)
	}
	if s.modified != "" {
		w.Header().Set("Last-Modified", s.modified)
	}
	same := s.etag != "" && r.Header.Get("If-None-Match") == s.etag || s.modified != "" && r.Header.Get("If-Modified-Since") == s.modified
	if same {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Write(s.data)
}

func (s *indexServer) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
	s.requests = nil
}

func (s *indexServer) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.requests)
}

func resolved(t *testing.T, s *registrysource.Source) string {
	t.Helper()
	pins, err := s.Resolve(t.Context(), locator(t, "demo"))
	if err != nil {
		t.Error(err)
		return ""
	}
	return pins[0].Version.String()
}

func TestIndexIsAskedForAgain(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, etag, modified string
		ttl                  time.Duration
		first, second        int // requests for two uses, then for a third after a change
		sees                 string
	}{
		{"within the time", `"1"`, "", 0, 1, 0, "1.0.0"},
		{"tag", `"1"`, "", -1, 2, 1, "2.0.0"},
		{"weak tag", `W/"1"`, "", time.Nanosecond, 2, 1, "2.0.0"},
		{"date", "", "Mon, 23 Nov 2026 10:00:00 GMT", -1, 2, 1, "2.0.0"},
		{"nothing", "", "", -1, 2, 1, "2.0.0"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			server := &indexServer{data: indexOf(t, demo("1.0.0", nil)), etag: tc.etag, modified: tc.modified}
			srv := serve(t, server.ServeHTTP)
			s := newSource(t, registrysource.Config{Indices: one(srv.URL), Client: local(), TTL: tc.ttl})
			if a, b := resolved(t, s), resolved(t, s); a != "1.0.0" || b != "1.0.0" || server.count() != tc.first {
				t.Errorf("got %s and %s after the requests %q", a, b, server.requests)
			}
			if want := strings.TrimSpace(tc.etag + " " + tc.modified); tc.first > 1 && strings.TrimSpace(server.requests[1]) != want {
				t.Errorf("asked with %q, want %q", server.requests[1], want)
			}
			server.set(func() {
				server.data = indexOf(t, demo("2.0.0", nil))
				server.etag, server.modified = strings.Replace(tc.etag, "1", "2", 1), strings.Replace(tc.modified, "10", "11", 1)
			})
			if got := resolved(t, s); got != tc.sees || server.count() != tc.second {
				t.Errorf("after the change: got %s after %d requests", got, server.count())
			}
		})
	}
}

func TestIndexThatCannotBeReadIsAnError(t *testing.T) {
	t.Parallel()
	server := &indexServer{data: indexOf(t, demo("1.0.0", nil)), etag: `"1"`}
	s := newSource(t, registrysource.Config{
		Indices: one("https://index.example/i.json?token=secret"), TTL: -1,
		Client: sending(recorded(server)), // which repeats nothing
	})
	resolved(t, s)
	for status, want := range map[int]pack.Code{
		http.StatusInternalServerError: pack.CodeUnavailable,
		http.StatusNotFound:            pack.CodeUnavailable,
		http.StatusForbidden:           pack.CodeUnauthorized,
	} {
		server.set(func() { server.status = status })
		_, err := s.Resolve(t.Context(), locator(t, "demo"))
		wantCode(t, err, want)
		_, other := s.Candidates(t.Context(), pack.Want{Ref: "demo"})
		for _, err := range []error{err, other} {
			if errors.Is(err, pack.ErrNotFound) || strings.Contains(err.Error(), "secret") {
				t.Errorf("status %d: error %v", status, err)
			}
		}
	}
	server.set(func() { server.status = 0 })
	if got := resolved(t, s); got != "1.0.0" {
		t.Errorf("after it came back: %s", got)
	}
}

func TestBurstIsOneRequest(t *testing.T) {
	t.Parallel()
	server := &indexServer{data: indexOf(t, demo("1.0.0", nil))}
	srv := serve(t, server.ServeHTTP)
	s := newSource(t, registrysource.Config{Indices: one(srv.URL), Client: local()})
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { resolved(t, s) })
	}
	wg.Wait()
	if n := server.count(); n != 1 {
		t.Errorf("%d requests", n)
	}
}

// A transport answers requests without a network, so that time can be faked.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func recorded(h http.Handler) transport {
	return func(r *http.Request) (*http.Response, error) {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		return rec.Result(), nil
	}
}

func TestUnchangedIndexIsCurrentAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &indexServer{data: indexOf(t, demo("1.0.0", nil)), etag: `"1"`}
		s := newSource(t, registrysource.Config{Indices: one("https://index.example/i.json"), Client: sending(recorded(server))})
		for i, tc := range []struct {
			after time.Duration
			want  int // requests so far
		}{{0, 1}, {59 * time.Second, 1}, {2 * time.Second, 2}, {59 * time.Second, 2}, {2 * time.Second, 3}} {
			time.Sleep(tc.after)
			resolved(t, s)
			if n := server.count(); n != tc.want {
				t.Errorf("use %d: %d requests, want %d", i, n, tc.want)
			}
		}
	})
}

func TestWaitingForAnotherCallerCanBeCancelled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		server := recorded(&indexServer{data: indexOf(t, demo("1.0.0", nil))})
		s := newSource(t, registrysource.Config{Indices: one("https://index.example/i.json"), Client: sending(transport(func(r *http.Request) (*http.Response, error) {
			<-release
			return server(r)
		}))})
		go resolved(t, s)
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		var err error
		done := false
		go func() {
			_, err = s.Resolve(ctx, locator(t, "demo"))
			done = true
		}()
		synctest.Wait()
		cancel()
		synctest.Wait()
		if !done {
			t.Error("still waiting")
		}
		wantCode(t, err, pack.CodeCancelled)
		close(release)
	})
}

func TestTransferThatBreaksOffIsRepeated(t *testing.T) {
	t.Parallel()
	data := indexOf(t, demo("1.0.0", nil))
	for failures, want := range map[int32]pack.Code{2: "", 3: pack.CodeUnavailable} {
		var n atomic.Int32
		srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			if n.Add(1) <= failures {
				w.Write(data[:100])
				w.(http.Flusher).Flush()
				panic(http.ErrAbortHandler)
			}
			w.Write(data)
		})
		_, err := newSource(t, registrysource.Config{Indices: one(srv.URL), Client: local()}).Refs(t.Context())
		wantCode(t, err, want)
		if n.Load() != 3 {
			t.Errorf("%d failures: %d requests", failures, n.Load())
		}
	}
}

func TestIndexInAFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "index.json")
	s := newSource(t, registrysource.Config{Indices: one(path)})
	_, err := s.Refs(t.Context())
	wantCode(t, err, pack.CodeIO)

	for _, v := range []string{"1.0.0", "1.0.1", "1.0.2"} { // at once, and of one size
		write(t, path, indexOf(t, demo(v, nil)))
		if got := resolved(t, s); got != v {
			t.Errorf("got %s, want %s", got, v)
		}
	}
	now, old := time.Now(), time.Now().Add(-time.Hour)
	for _, tc := range []struct {
		version string
		modTime time.Time
		want    string
	}{
		{"1.0.3", now, "1.0.3"},
		{"1.0.4", now, "1.0.4"}, // the time may be too coarse to show it
		{"1.0.5", old, "1.0.5"},
		{"1.0.6", old, "1.0.5"}, // taken for unchanged
		{"1.0.10", old, "1.0.10"},
		{"1.0.11", old.Add(time.Second), "1.0.11"},
	} {
		write(t, path, indexOf(t, demo(tc.version, nil)))
		if err := os.Chtimes(path, tc.modTime, tc.modTime); err != nil {
			t.Fatal(err)
		}
		if got := resolved(t, s); got != tc.want {
			t.Errorf("got %s, want %s", got, tc.want)
		}
	}
	_, err = newSource(t, registrysource.Config{Indices: one(t.TempDir())}).Refs(t.Context())
	wantCode(t, err, pack.CodeInvalidRequest)
}

func TestOtherIndexes(t *testing.T) {
	t.Parallel()
	other := serve(t, (&indexServer{data: indexOf(t, demo("9.0.0", nil))}).ServeHTTP)
	data := indexOf(t, demo("1.0.0", nil))
	loc := locator(t, "demo")
	loc.Index = other.URL + "/index.json?token=secret"

	closed := fileSource(t, data, registrysource.Config{Client: local()})
	_, err := closed.Resolve(t.Context(), loc)
	wantCode(t, err, pack.CodePolicyDenied)

	open := fileSource(t, data, registrysource.Config{
		Client:     local(),
		AllowIndex: func(index string) bool { return strings.HasPrefix(index, other.URL) },
	})
	for range 2 {
		pins, err := open.Resolve(t.Context(), loc)
		if err != nil || pins[0].Version.String() != "9.0.0" || pins[0].Via.Index != other.URL+"/index.json" {
			t.Errorf("got %+v, %v", pins, err)
		}
	}
	if got := resolved(t, open); got != "1.0.0" {
		t.Errorf("from the configured index: %s", got)
	}
	for _, index := range []string{"https://elsewhere.example/index.json", "/etc/passwd", "file:///etc/passwd"} {
		loc.Index = index
		_, err := open.Resolve(t.Context(), loc)
		wantCode(t, err, pack.CodePolicyDenied)
	}
	everything := fileSource(t, data, registrysource.Config{AllowIndex: func(string) bool { return true }})
	for _, index := range []string{other.URL, "/etc/passwd"} {
		loc.Index = index
		_, err := everything.Resolve(t.Context(), loc)
		wantCode(t, err, pack.CodePolicyDenied) // the network policy, and files never
	}
}

func TestManyOtherIndexesAreNotAllKept(t *testing.T) {
	t.Parallel()
	server := &indexServer{data: indexOf(t, demo("1.0.0", nil))}
	srv := serve(t, server.ServeHTTP)
	s := fileSource(t, indexOf(t), registrysource.Config{Client: local(), AllowIndex: func(string) bool { return true }})
	loc := locator(t, "demo")
	for _, path := range []string{"/0", "/1", "/2", "/3", "/4", "/0"} {
		loc.Index = srv.URL + path
		if _, err := s.Resolve(t.Context(), loc); err != nil {
			t.Error(err)
		}
	}
	if n := server.count(); n != 6 {
		t.Errorf("%d requests, want 6", n)
	}
}
