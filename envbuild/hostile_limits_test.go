package envbuild_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/envbuild/runner"
)

// TestHostileLimits has the row of builds without end (J10) for each tool.
func TestHostileLimits(t *testing.T) {
	t.Parallel()
	t.Run("J10/wheel without end", func(t *testing.T) {
		t.Parallel()
		s, _ := newRealStage(t, "python3")
		hostileSize(t, s)
	})
	t.Run("J10/wheel that expands", func(t *testing.T) {
		t.Parallel()
		eachPythonTool(t, func(t *testing.T, s *stage) {
			t.Helper()
			s.config.FindLinks = []string{filepath.Join(s.dir, "wheels")}
			wheel(t, s.config.FindLinks[0], "big", "1.0", "big.txt", strings.Repeat("0", 3<<20))
			limitFiles(s)
			_, err := s.build(t, s.pack(t, "app", "requirements.txt", "big"))
			wantTooLarge(t, err)
		})
	})
	t.Run("J10/choice without end", func(t *testing.T) {
		t.Parallel()
		eachPythonTool(t, hostileChoice)
	})
	t.Run("J10/package without end", func(t *testing.T) {
		t.Parallel()
		need(t, "npm")
		s, _ := newRealStage(t, "node")
		hostileTarball(t, s)
	})
}

// endless sends a body until the client leaves.
func endless(w http.ResponseWriter, r *http.Request) {
	block := make([]byte, 1<<16)
	for r.Context().Err() == nil {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

// limitFiles bounds the files that tools write to 1 MiB.
func limitFiles(s *stage) {
	s.config.Runner = runner.New(&runner.Options{Level: pack.IsolationNone, Limits: pack.CommandLimits{FileBytes: 1 << 20}})
}

func wantTooLarge(t *testing.T, err error) {
	t.Helper()
	e, ok := errors.AsType[*envbuild.BuildError](err)
	if !ok || e.Reason != envbuild.ReasonTooLarge || pack.CodeOf(err) != pack.CodeLimitExceeded || !errors.Is(err, pack.ErrLimit) {
		t.Errorf("err = %v", err)
	}
}

func hostileSize(t *testing.T, s *stage) {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ".whl") {
			endless(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprint(w, `<a href="/big-1.0-py3-none-any.whl">big-1.0-py3-none-any.whl</a>`)
	}))
	t.Cleanup(srv.Close)
	s.config.PythonIndex = srv.URL + "/simple"
	limitFiles(s)
	_, err := s.build(t, s.pack(t, "app", "requirements.txt", "big"))
	wantTooLarge(t, err)
}

func hostileTarball(t *testing.T, s *stage) {
	t.Helper()
	var url string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ".tgz") {
			endless(w, r)
			return
		}
		_, _ = fmt.Fprintf(w, `{"name": "a", "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": {"name": "a", "version": "1.0.0", "dist": {"tarball": %q}}}}`, url+"/a/-/package.tgz")
	}))
	t.Cleanup(srv.Close)
	url = srv.URL
	s.config.NodeRegistry = url
	limitFiles(s)
	_, err := s.build(t, s.pack(t, "app", "package.json", dependsOnA))
	wantTooLarge(t, err)
}

// hostileChoice has an index with many versions, none of which suits, and takes its time
// for each.
func hostileChoice(t *testing.T, s *stage) {
	t.Helper()
	wheels := filepath.Join(s.dir, "wheels")
	const versions = 200
	var page strings.Builder
	for i := range versions {
		wheel(t, wheels, "deep", fmt.Sprintf("1.%d", i), fmt.Sprintf("deep-1.%d.dist-info/METADATA", i),
			fmt.Sprintf("Metadata-Version: 2.1\nName: deep\nVersion: 1.%d\nRequires-Dist: deep<1.%d\n", i, i))
		_, _ = fmt.Fprintf(&page, `<a href="/deep-1.%d-py3-none-any.whl">deep-1.%d-py3-none-any.whl</a>`, i, i)
	}
	files := http.FileServer(http.Dir(wheels))
	var one sync.Mutex // however many are asked for at once
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ".whl") {
			one.Lock()
			select {
			case <-time.After(200 * time.Millisecond):
			case <-r.Context().Done():
			}
			one.Unlock()
			files.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprint(w, page.String())
	}))
	t.Cleanup(srv.Close)
	s.config.PythonIndex = srv.URL + "/simple"
	app := s.pack(t, "app", "requirements.txt", "deep")
	b := s.builder(t)
	if _, err := b.Build(t.Context(), envbuild.Request{Paths: []string{app}, Check: true}); err != nil { // asks the interpreter
		t.Fatal(err)
	}
	start := time.Now()
	_, err := b.Build(t.Context(), envbuild.Request{Paths: []string{app}, Timeout: 3 * time.Second})
	took := time.Since(start)
	e, ok := errors.AsType[*envbuild.BuildError](err)
	if !ok || e.Reason != envbuild.ReasonTimeout || !errors.Is(err, context.DeadlineExceeded) || took > 20*time.Second {
		t.Errorf("after %v: %v", took, err)
	}
	if left, err := filepath.Glob(filepath.Join(s.config.Dir, "python", "*")); err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
}
