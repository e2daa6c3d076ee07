package host_test

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
)

// watched decorates all stages and records their calls.
type watched struct {
	installer.Installer
	deps.DependencyAnalyzer
	envbuild.EnvBuilder
	registry.Registrar
	asked map[string]bool
}

func (w *watched) Download(ctx context.Context, req installer.DownloadRequest) (*installer.DownloadReport, error) {
	w.asked["Installer"] = true
	return w.Installer.Download(ctx, req)
}

func (w *watched) Analyze(ctx context.Context, req deps.Request) (*deps.Report, error) {
	w.asked["Analyzer"] = true
	return w.DependencyAnalyzer.Analyze(ctx, req)
}

func (w *watched) Build(ctx context.Context, req envbuild.Request) (*envbuild.Report, error) {
	w.asked["Builder"] = true
	return w.EnvBuilder.Build(ctx, req)
}

func (w *watched) Register(ctx context.Context, req registry.Request) (*registry.Report, error) {
	w.asked["Registrar"] = true
	return w.Registrar.Register(ctx, req)
}

// Environments returns none, so that registration finds none.
func (w *watched) Environments(context.Context, pack.Digest) ([]pack.Environment, error) {
	w.asked["Environments"] = true
	return nil, nil
}

func TestStagesAreReplaced(t *testing.T) {
	t.Parallel()
	w := &watched{asked: map[string]bool{}}
	tools := newTools(t)
	h := openHost(t, host.Config{
		Runner: tools, SearchPath: tools.SearchPath(),
		Installer: func(i installer.Installer) installer.Installer { w.Installer = i; return w },
		Analyzer:  func(a deps.DependencyAnalyzer) deps.DependencyAnalyzer { w.DependencyAnalyzer = a; return w },
		Builder:   func(b envbuild.EnvBuilder) envbuild.EnvBuilder { w.EnvBuilder = b; return w },
		Registrar: func(r registry.Registrar) registry.Registrar { w.Registrar = r; return w },
	})
	if h.Installer != w || h.Analyzer != w || h.Builder != w || h.Registrar != w {
		t.Error("a stage of the host is not the one that replaced it")
	}
	_, err := h.Install(t.Context(), pipeline.Request{Specs: []string{write(t, demo("demo"))}})
	must(t, err)
	want := []string{"Analyzer", "Builder", "Environments", "Installer", "Registrar"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(w.asked))); diff != "" {
		t.Errorf("called: -want +got:\n%s", diff)
	}
}

func TestHooksThatReturnNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []host.Config{
		{Installer: func(installer.Installer) installer.Installer { return nil }},
		{Analyzer: func(deps.DependencyAnalyzer) deps.DependencyAnalyzer { return nil }},
		{Builder: func(envbuild.EnvBuilder) envbuild.EnvBuilder { return nil }},
		{Registrar: func(registry.Registrar) registry.Registrar { return nil }},
	} {
		c.Root = t.TempDir()
		if _, err := host.Open(t.Context(), c); pack.CodeOf(err) != pack.CodeInvalidRequest {
			t.Errorf("got %v", err)
		}
	}
}

// TestStarts opens the same root several times, like a program with only a root: the
// installed packs remain recorded.
func TestStarts(t *testing.T) {
	t.Parallel()
	root, path := filepath.Join(t.TempDir(), "root"), write(t, demo("demo"))
	for _, want := range []pack.Status{pack.StatusInstalled, pack.StatusUnchanged, pack.StatusUnchanged} {
		h, err := host.Open(t.Context(), host.Config{Root: root})
		must(t, err)
		report, err := h.Install(t.Context(), pipeline.Request{Specs: []string{path}})
		must(t, err)
		details, err := h.Store.Show(t.Context(), "demo")
		must(t, err)
		if got := report.Outcomes[0].Status; got != want || len(details.Generations) != 1 {
			t.Errorf("%s with %d generations, want %s with one", got, len(details.Generations), want)
		}
		must(t, h.Close())
	}
	h := openHost(t, host.Config{Root: root})
	older := write(t, files{"pack.yaml": strings.Replace(demo("demo")["pack.yaml"], "1.0.0", "0.9.0", 1)})
	if _, err := h.Install(t.Context(), pipeline.Request{Specs: []string{older}}); !errors.Is(err, pack.ErrConflict) {
		t.Errorf("an older version: got %v", err)
	}
}

// plenty is a world with one version of every pack.
type plenty struct {
	deps.World
	version pack.Version
}

func (p plenty) Candidates(_ context.Context, want pack.Want) ([]pack.Candidate, error) {
	return []pack.Candidate{{ID: pack.ID{Ref: want.Ref, Version: p.version}, DependenciesKnown: true}}, nil
}

func TestWorld(t *testing.T) {
	t.Parallel()
	v, err := pack.ParseVersion("1.2.0")
	must(t, err)
	app := write(t, demo("app").with("pack.yaml", "dependencies: [base]\n"))
	for want, c := range []host.Config{{}, {World: func(w deps.World) deps.World { return plenty{w, v} }}} {
		report, _ := openHost(t, c).Analyzer.Analyze(t.Context(), deps.Request{Paths: []string{app}})
		if len(report.Additions) != want {
			t.Errorf("got %+v, want %d", report.Additions, want)
		}
	}
}

// TestRecords checks that records of the caller outlive the host.
func TestRecords(t *testing.T) {
	t.Parallel()
	c := host.Config{Root: t.TempDir(), Records: registry.NewMemory()}
	for _, want := range []pack.Status{pack.StatusInstalled, pack.StatusUnchanged} {
		h, err := host.Open(t.Context(), c)
		must(t, err)
		report, err := h.Install(t.Context(), pipeline.Request{Specs: []string{write(t, demo("demo"))}})
		must(t, err)
		if got := report.Outcomes[0].Status; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		must(t, h.Close())
	}
}

// slow are records whose operations take long.
type slow struct {
	registry.Records
	inside, leave chan struct{}
}

func (s slow) Apply(ctx context.Context, op registry.Operation) ([]registry.Record, error) {
	close(s.inside)
	<-s.leave
	return s.Records.Apply(ctx, op)
}

// TestLockTimeout checks that a host with a short timeout does not wait for another
// host that changes the same pack.
func TestLockTimeout(t *testing.T) {
	t.Parallel()
	records := registry.NewMemory()
	blocking := slow{records, make(chan struct{}), make(chan struct{})}
	c := host.Config{Root: t.TempDir(), Records: blocking, LockTimeout: -1}
	req := registry.Request{Paths: []string{write(t, demo("demo"))}}
	first, done := openHost(t, c), make(chan error)
	go func() {
		_, err := first.Registrar.Register(context.WithoutCancel(t.Context()), req)
		done <- err
	}()
	<-blocking.inside
	c.Records, c.LockTimeout = records, 50*time.Millisecond
	start := time.Now()
	_, err := openHost(t, c).Registrar.Register(t.Context(), req)
	if took := time.Since(start); !errors.Is(err, pack.ErrBusy) || took > registry.DefaultLockTimeout/2 {
		t.Errorf("got %v after %v", err, took)
	}
	close(blocking.leave)
	must(t, <-done)
}
