package main

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/examples/packd/api"
	"github.com/packtrain/pack/installer/host"
)

// serve serves packd in this process, and returns a load for it.
func serve(t *testing.T, c api.Config) load {
	t.Helper()
	dir := t.TempDir()
	packs := filepath.Join(dir, "packs")
	if err := os.Mkdir(packs, 0o755); err != nil {
		t.Fatal(err)
	}
	const token = "a-token-of-the-soak"
	c.Host = hostflags.Config{Config: host.Config{Root: filepath.Join(dir, "root"), SearchPath: filepath.SplitList(os.Getenv("PATH"))}}
	c.AllowRoots = []string{packs}
	c.Tokens = []api.Token{{Secret: token, Scopes: []api.Scope{api.ScopeRead, api.ScopeInstall}}}
	s, err := api.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	hs := httptest.NewServer(s)
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
		cancel()
		if err := s.Finish(ctx); err != nil {
			t.Error(err)
		}
		hs.Close()
		if err := s.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return load{url: hs.URL, tokens: []string{token}, packs: packs, pause: 20 * time.Millisecond}
}

// TestLoad bears a small load: no request fails, and no installation is lost.
func TestLoad(t *testing.T) {
	t.Parallel()
	l := serve(t, api.Config{Rate: 1e6, Burst: 1e6})
	l.readers, l.installers, l.installs = 40, 6, 2
	r := l.mustRun(t)
	if r.installed != 12 || r.events == 0 || len(r.reads) == 0 {
		t.Errorf("%d installations, %d events, %d reads", r.installed, r.events, len(r.reads))
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	if used := memory.HeapInuse >> 20; used > 256 {
		t.Errorf("%d MiB are in use", used)
	}
}

// TestTooMuchLoad is more than is allowed: refused clients are asked to retry later,
// and everything is installed in the end.
func TestTooMuchLoad(t *testing.T) {
	t.Parallel()
	l := serve(t, api.Config{Rate: 40, Burst: 5, MaxJobs: 1, MaxQueue: 1})
	l.readers, l.installers, l.installs = 10, 5, 1
	r := l.mustRun(t)
	if r.installed != 5 || r.later == 0 {
		t.Errorf("%d installations, %d requests were sent away", r.installed, r.later)
	}
}

func (l load) mustRun(t *testing.T) *result {
	t.Helper()
	r, err := l.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range r.errs {
		t.Error(err)
	}
	return r
}
