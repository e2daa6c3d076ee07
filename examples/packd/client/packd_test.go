//go:build unix

package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/examples/packd/api"
	"github.com/packtrain/pack/examples/packd/client"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
)

// A packd is a real one, with a directory of packs.
type packd struct {
	root, packs string
	provided    []pack.Provided
	platform    pack.Version
	handler     atomic.Pointer[http.Handler]
}

// startPackd serves a new root. It can be stopped and opened again at the same
// URL.
func startPackd(t *testing.T) (*packd, string) {
	t.Helper()
	p := &packd{root: t.TempDir(), packs: t.TempDir()}
	hs := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		(*p.handler.Load()).ServeHTTP(w, r)
	}))
	t.Cleanup(hs.Close)
	return p, hs.URL
}

func (p *packd) open(t *testing.T) *api.Server {
	t.Helper()
	s, err := api.Open(t.Context(), api.Config{
		Host: hostflags.Config{Config: host.Config{
			Root: p.root, SearchPath: filepath.SplitList(os.Getenv("PATH")), Provided: p.provided, PlatformVersion: p.platform,
			Isolation: pack.IsolationNone, // tests of packs wait for files of the fixture
		}},
		AllowRoots: []string{p.packs},
		Tokens:     []api.Token{{Secret: token, Scopes: []api.Scope{api.ScopeRead, api.ScopeInstall, api.ScopeConfigure}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var h http.Handler = s
	p.handler.Store(&h)
	return s
}

// close ends the server at once: what runs is interrupted.
func (p *packd) close(t *testing.T, s *api.Server) {
	t.Helper()
	var gone http.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	p.handler.Store(&gone)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Close(ctx); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// add writes a pack whose test is a shell script, and returns its path.
func (p *packd) add(t *testing.T, ref, test string) string {
	t.Helper()
	dir := filepath.Join(p.packs, ref)
	manifest := "ref: " + ref + "\nversion: 1.0.0\nlabel: L\ndescription: d\nlicense: MIT\n" +
		"testing:\n  enabled: true\n  runners:\n    unit: {type: script, entry_point: tests/run.sh}\n"
	err := errors.Join(
		os.MkdirAll(filepath.Join(dir, "tests"), 0o755),
		os.WriteFile(filepath.Join(dir, "pack.yaml"), []byte(manifest), 0o644),
		os.WriteFile(filepath.Join(dir, "tests", "run.sh"), []byte("#!/bin/sh\n"+test+"\necho 'Total Tests: 1'; echo 'Passed: 1'; echo 'Failed: 0'\n"), 0o755))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestPackdThroughACuttingProxy installs through a proxy that cuts every stream of
// events, and wants the log as a direct reader has it.
func TestPackdThroughACuttingProxy(t *testing.T) {
	t.Parallel()
	p, direct := startPackd(t)
	s := p.open(t)
	defer p.close(t, s)
	target, err := url.Parse(direct)
	if err != nil {
		t.Fatal(err)
	}
	var cuts atomic.Int64
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.FlushInterval, proxy.ErrorLog = -1, slog.NewLogLogger(slog.DiscardHandler, 0)
	proxy.ModifyResponse = func(res *http.Response) error {
		if isEvents(res.Request) {
			res.Body = &cut{ReadCloser: res.Body, left: 500 + 37*int(cuts.Add(1))%500}
		}
		return nil
	}
	front := httptest.NewServer(proxy)
	t.Cleanup(front.Close)

	req := wire.InstallRequest{Packs: []string{p.add(t, "one", ":"), p.add(t, "two", "false"), p.add(t, "three", ":"), filepath.Join(p.packs, "none")}}
	var seen []wire.Event
	rep, err := newClient(t, client.Config{URL: front.URL}).Install(t.Context(), req, func(_ context.Context, e wire.Event) { seen = append(seen, e) })
	if batch, ok := errors.AsType[*pack.BatchError](err); !ok || len(batch.Failures) != 1 || rep.Summary.Installed != 3 {
		t.Fatalf("got %+v, %v", rep, err)
	}
	c := newClient(t, client.Config{URL: direct})
	ops, err := c.Operations(t.Context(), client.OperationFilter{State: wire.StateCompleted, Kind: wire.KindInstall, Limit: 5})
	if err != nil || len(ops) != 1 {
		t.Fatalf("got %v, %v", ops, err)
	}
	if none, err := c.Operations(t.Context(), client.OperationFilter{Before: ops[0].ID}); err != nil || len(none) > 0 {
		t.Errorf("older ones: %v, %v", none, err)
	}
	var all []wire.Event
	for e, err := range c.Events(t.Context(), ops[0].ID, 0) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	if diff := cmp.Diff(all, seen); diff != "" || len(all) < 20 || cuts.Load() < 3 {
		t.Errorf("%d events, %d connections, -all +seen:\n%s", len(all), cuts.Load(), diff)
	}
}

// cut is a body that breaks after some bytes.
type cut struct {
	io.ReadCloser
	left int
}

func (c *cut) Read(p []byte) (int, error) {
	if c.left == 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n, err := c.ReadCloser.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}

// TestPackdStartsAgain stops packd in the middle of an installation and starts it
// again, which the caller of Install does not have to know.
func TestPackdStartsAgain(t *testing.T) {
	t.Parallel()
	p, direct := startPackd(t)
	first := p.open(t)
	running, mark := filepath.Join(t.TempDir(), "running"), filepath.Join(t.TempDir(), "mark")
	if err := syscall.Mkfifo(running, 0o600); err != nil {
		t.Fatal(err)
	}
	dir := p.add(t, "slow", "[ -e "+mark+" ] || { : > "+mark+"; echo > "+running+"; exec sleep 100; }")
	c := newClient(t, client.Config{URL: direct})
	attempts, tested, ended := 0, make(chan struct{}), make(chan error, 1)
	var rep *pipeline.Report
	go func() {
		_, _ = os.ReadFile(running) // until the test of the pack runs
		close(tested)
	}()
	go func() {
		var err error
		rep, err = c.Install(t.Context(), wire.InstallRequest{Packs: []string{dir}}, func(_ context.Context, e wire.Event) {
			if e.Kind == wire.EventRunning {
				attempts++
			}
		})
		ended <- err
	}()
	select {
	case <-tested:
	case err := <-ended:
		t.Fatalf("it ended too early: %v", err)
	}
	p.close(t, first)
	second := p.open(t)
	defer p.close(t, second)
	if err := <-ended; err != nil || rep.Outcomes[0].Status != pack.StatusInstalled || attempts != 2 {
		t.Errorf("got %+v, %v after %d attempts", rep, err, attempts)
	}
}

// TestPackdStages calls all methods that return a report or a pack.
func TestPackdStages(t *testing.T) {
	t.Parallel()
	p, direct := startPackd(t)
	s := p.open(t)
	defer p.close(t, s)
	c := newClient(t, client.Config{URL: direct})
	ctx, dir := t.Context(), p.add(t, "one", ":")
	if r, err := c.Download(ctx, wire.DownloadRequest{Packs: []string{dir}, Destination: filepath.Join(p.packs, "dest")}); err != nil || r.Downloaded[0].Content.ID.Ref != "one" {
		t.Errorf("download: %+v, %v", r, err)
	}
	if r, err := c.Dependencies(ctx, wire.DependenciesRequest{Paths: []string{dir}}); err != nil || r.Analyzed[0].Ref != "one" {
		t.Errorf("dependencies: %+v, %v", r, err)
	}
	if r, err := c.Build(ctx, wire.BuildRequest{Paths: []string{dir}}); err != nil || r.Built[0].Ref != "one" {
		t.Errorf("build: %+v, %v", r, err)
	}
	if r, err := c.Register(ctx, wire.RegisterRequest{Paths: []string{dir}}); err != nil || r.Registered[0].Tests.Passed != 1 {
		t.Errorf("register: %+v, %v", r, err)
	}
	if _, err := c.Register(ctx, wire.RegisterRequest{Paths: []string{"/etc"}}); err == nil {
		t.Errorf("register what is not allowed: %v", err)
	}
	if _, err := c.SetConfig(ctx, "one", map[string]any{"a": []any{1.5, uint64(1<<53 + 1), nil}}, nil); err != nil {
		t.Errorf("configure: %v", err)
	}
	if got, err := c.Config(ctx, "one"); err != nil || !cmp.Equal(got.Config.Values(), map[string]any{"a": []any{json.Number("1.5"), json.Number("9007199254740993"), nil}}) {
		t.Errorf("configuration: %v, %v", got, err)
	}
	if err := c.RemoveConfig(ctx, "one", &registry.SetConfigOptions{Expect: "other"}); !errors.Is(err, pack.ErrConflict) {
		t.Errorf("remove another configuration: %v", err)
	}
	if got, err := c.Config(ctx, "one"); err != nil {
		t.Error(err)
	} else if err := c.RemoveConfig(ctx, "one", &registry.SetConfigOptions{Expect: got.Revision}); err != nil {
		t.Errorf("remove the configuration: %v", err)
	}
	if err := c.RemoveConfig(ctx, "one", nil); !errors.Is(err, pack.ErrNotFound) {
		t.Errorf("remove the configuration again: %v", err)
	}
	if got, err := c.History(ctx, "one"); err != nil || len(got) != 1 || got[0].State != registry.GenerationActive || got[0].Actor == "" {
		t.Errorf("generations: %v, %v", got, err)
	}
	if got, err := c.TestHistory(ctx, "one"); err != nil || len(got) != 1 || got[0].Passed != 1 {
		t.Errorf("results of tests: %v, %v", got, err)
	}
	if _, err := c.RollBack(ctx, "one", nil); !errors.Is(err, pack.ErrNotFound) {
		t.Errorf("roll back: %v", err)
	}
	if name, err := c.PinGeneration(ctx, "one", "1.0.0"); err != nil || name == "" {
		t.Errorf("pin: %q, %v", name, err)
	}
	if got, err := c.History(ctx, "one"); err != nil || !got[0].Pinned {
		t.Errorf("history with a pin: %+v, %v", got, err)
	}
	if _, err := c.UnpinGeneration(ctx, "one", "9.9.9"); !errors.Is(err, pack.ErrNotFound) {
		t.Errorf("unpin: %v", err)
	}
	if d, err := c.Diff(ctx, "one", "1.0.0", "1.0.0"); err != nil || d.From != d.To || d.From.Name == "" {
		t.Errorf("diff: %+v, %v", d, err)
	}
	if rep, err := c.RollBack(ctx, "one", &registry.RollBackOptions{To: "1.0.0"}); err != nil || rep.From.Name != rep.Active.Name {
		t.Errorf("roll back to what is active: %+v, %v", rep, err)
	}
	if _, err := c.RollBack(ctx, "one", &registry.RollBackOptions{From: "000009-abc"}); !errors.Is(err, pack.ErrConflict) {
		t.Errorf("roll back from another generation: %v", err)
	}
	if err := c.Remove(ctx, "one", &registry.RemoveOptions{From: "000009-abc"}); !errors.Is(err, pack.ErrConflict) {
		t.Errorf("remove another generation: %v", err)
	}
	if packs, err := c.List(ctx); err != nil || len(packs) != 1 {
		t.Errorf("packs: %v, %v", packs, err)
	}
	batch, err := c.Changes(ctx, 0)
	if err != nil || len(batch.Changes) != 2 || batch.Changes[1].Packs[0].From.Name != batch.Changes[1].Packs[0].To.Name || batch.Changes[0].Packs[0].Ref != "one" {
		t.Errorf("changes: %+v, %v", batch, err)
	}
	_, err = c.Changes(ctx, batch.Next+7)
	if missed, ok := errors.AsType[*registry.FeedError](err); !ok || *missed != (registry.FeedError{Since: batch.Next + 7, Next: batch.Next}) {
		t.Errorf("changes that are not there: %v", err)
	}
	if err := c.Remove(ctx, "one", nil); err != nil {
		t.Errorf("remove: %v", err)
	}
	if _, err := c.Show(ctx, "one"); !errors.Is(err, pack.ErrNotFound) {
		t.Errorf("show: %v", err)
	}
	if _, err := newClient(t, client.Config{URL: direct}).Operation(ctx, "none"); !errors.Is(err, pack.ErrNotFound) {
		t.Errorf("operation: %v", err)
	}
}

// TestPackdFeed follows the changes of packs through connections that break, and while
// packd is restarted: each change comes once.
func TestPackdFeed(t *testing.T) {
	t.Parallel()
	p, direct := startPackd(t)
	s := p.open(t)
	c := newClient(t, client.Config{URL: direct})
	ctx, dir := t.Context(), p.add(t, "one", ":")
	change := func() {
		t.Helper()
		_, err := c.Register(ctx, wire.RegisterRequest{Paths: []string{dir}})
		if err := errors.Join(err, c.Remove(ctx, "one", nil)); err != nil {
			t.Fatal(err)
		}
	}
	change()
	changes, failed := make(chan registry.Change), make(chan error, 1)
	go func() {
		for change, err := range c.FollowChanges(ctx, 0) {
			if err != nil {
				failed <- err
				return
			}
			changes <- change
		}
	}()
	want := func(installed bool) {
		t.Helper()
		select {
		case change := <-changes:
			if got := change.Packs[0]; got.Ref != "one" || (got.To.Name != "") != installed || change.Actor == "" {
				t.Errorf("got %+v, want installed: %v", change, installed)
			}
		case err := <-failed:
			t.Fatal(err)
		}
	}
	want(true)
	want(false)
	change()
	want(true)
	want(false)
	p.close(t, s)
	s = p.open(t)
	defer p.close(t, s)
	change()
	want(true)
	want(false)
	for _, err := range newClient(t, client.Config{URL: direct}).FollowChanges(ctx, 1000) {
		if missed, ok := errors.AsType[*registry.FeedError](err); !ok || missed.Next != 6 {
			t.Errorf("from a position that is not there: %v", err)
		}
	}
}
