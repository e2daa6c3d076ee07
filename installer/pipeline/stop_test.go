package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
)

// hooked are all collaborators of a pipeline, with a hook around each call.
type hooked struct {
	pipeline.Config
	hook func(call string) error
}

// around calls the hook before and after fn; an error of the hook takes the
// place of what fn returned.
func around[T any](h hooked, call string, fn func() (T, error)) (T, error) {
	var none T
	if err := h.hook("before " + call); err != nil {
		return none, err
	}
	result, err := fn()
	if err := h.hook("after " + call); err != nil {
		return none, err
	}
	return result, err
}

func (h hooked) Download(ctx context.Context, req installer.DownloadRequest) (*installer.DownloadReport, error) {
	return around(h, "download", func() (*installer.DownloadReport, error) { return h.Installer.Download(ctx, req) })
}

func (h hooked) Analyze(ctx context.Context, req deps.Request) (*deps.Report, error) {
	return around(h, "analysis", func() (*deps.Report, error) { return h.Analyzer.Analyze(ctx, req) })
}

func (h hooked) Build(ctx context.Context, req envbuild.Request) (*envbuild.Report, error) {
	return around(h, "build", func() (*envbuild.Report, error) { return h.Builder.Build(ctx, req) })
}

func (h hooked) Register(ctx context.Context, req registry.Request) (*registry.Report, error) {
	return around(h, "registration", func() (*registry.Report, error) { return h.Registrar.Register(ctx, req) })
}

func (h hooked) Installed(ctx context.Context) ([]pack.InstalledPack, error) {
	return around(h, "look-up", func() ([]pack.InstalledPack, error) { return h.World.Installed(ctx) })
}

func (h hooked) Candidates(ctx context.Context, want pack.Want) ([]pack.Candidate, error) {
	return around(h, "candidates", func() ([]pack.Candidate, error) { return h.World.Candidates(ctx, want) })
}

func (h hooked) Dependencies(ctx context.Context, c pack.Candidate) (pack.Candidate, error) {
	return around(h, "dependencies", func() (pack.Candidate, error) { return h.World.Dependencies(ctx, c) })
}

// compose returns the pipeline with the hooks in it.
func (h hooked) compose(t testing.TB) *pipeline.Pipeline {
	t.Helper()
	return compose(t, pipeline.Config{Installer: h, Analyzer: h, Builder: h, Registrar: h, World: h, Staging: h.Staging})
}

// TestStopAnywhere fails and cancels an upgrade with an added pack before and
// after every call that the pipeline makes.
func TestStopAnywhere(t *testing.T) {
	t.Parallel()
	wrong := errors.New("wrong")
	for _, call := range recordCalls(t) {
		t.Run("fail "+call, func(t *testing.T) {
			t.Parallel()
			err := stopAt(t, call, func() error { return wrong })
			if !errors.Is(err, wrong) {
				t.Errorf("got %v", err)
			}
		})
		t.Run("cancel "+call, func(t *testing.T) {
			t.Parallel()
			err := stopAt(t, call, func() error { return nil })
			if done := call == "1 after registration"; !done && !errors.Is(err, context.Canceled) || done && err != nil {
				t.Errorf("got %v", err)
			}
		})
	}
}

// recordCalls returns the calls of an undisturbed upgrade, numbered by kind.
func recordCalls(t *testing.T) []string {
	t.Helper()
	var calls []string
	h := oldHouse(t)
	hooks := hooked{Config: h.config, hook: numbered(func(call string) error {
		calls = append(calls, call)
		return nil
	})}
	if _, err := hooks.compose(t).Install(t.Context(), pipeline.Request{Specs: []string{"app"}}); err != nil {
		t.Fatal(err)
	}
	if len(calls) != 14 {
		t.Errorf("got calls %q; does every stage take part still?", calls)
	}
	return calls
}

// numbered distinguishes the first call of a kind from the second.
func numbered(hook func(call string) error) func(string) error {
	seen := map[string]int{}
	return func(call string) error {
		seen[call]++
		return hook(fmt.Sprintf("%d %s", seen[call], call))
	}
}

// oldHouse is a house with app 1 installed, where app 2 needs one more pack.
func oldHouse(t *testing.T) *house {
	t.Helper()
	h := newHouse(t, "app@1.0.0:", "app@2.0.0: web", "web@1.0.0:")
	if _, err := install(t, h, "app@^1"); err != nil {
		t.Fatal(err)
	}
	return h
}

// stopAt upgrades, calls stop at the given call and cancels there. It checks
// that what is installed is exactly the old or exactly the new, and that the
// next upgrade works.
func stopAt(t *testing.T, call string, stop func() error) error {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	h := oldHouse(t)
	hooks := hooked{Config: h.config, hook: numbered(func(c string) error {
		if c != call {
			return nil
		}
		err := stop()
		if err == nil {
			cancel()
		}
		return err
	})}
	rep, stopped := hooks.compose(t).Install(ctx, pipeline.Request{Specs: []string{"app"}})
	if rep == nil {
		t.Fatalf("got no report with %v", stopped)
	}
	for _, o := range rep.Outcomes {
		if stopped != nil && o.Status != pack.StatusFailed && o.Status != pack.StatusSkipped {
			t.Errorf("%s is %s with %v", o.Spec, o.Status, stopped)
		}
	}
	want := []string{"app@1.0.0"}
	if call == "1 after registration" {
		want = []string{"app@2.0.0", "web@1.0.0"}
	}
	if diff := cmp.Diff(want, h.store.state(t)); diff != "" {
		t.Errorf("installed (-want +got)\n%s", diff)
	}
	if _, err := install(t, h, "app"); err != nil {
		t.Errorf("next install: %v", err)
	}
	if diff := cmp.Diff([]string{"app@2.0.0", "web@1.0.0"}, h.store.state(t)); diff != "" {
		t.Errorf("installed by the next install (-want +got)\n%s", diff)
	}
	return stopped
}
