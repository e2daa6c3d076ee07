package pipeline_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer/internal/worldtest"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/internal/os/childproc"
	"github.com/packtrain/pack/registry"
)

// A countingRunner counts the processes that are started.
type countingRunner struct {
	pack.Runner
	started atomic.Int64
}

func (r *countingRunner) Run(ctx context.Context, c pack.Command) (pack.Result, error) {
	r.started.Add(1)
	return r.Runner.Run(ctx, c)
}

// TestEverythingReal takes packs through four real stages, twice.
func TestEverythingReal(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("python3"); err != nil {
		if os.Getenv("CI") == "" {
			t.Skip("python3 is not there")
		}
		t.Fatal(err)
	}
	w, universe := indexed(t, "app@1.0.0: lib", "lib@1.0.0:", "shell@1.0.0:", "other@1.0.0: lib, shell", "last@1.0.0: other")
	for _, id := range []string{"app@1.0.0", "lib@1.0.0"} {
		withUnittest(w.Content[id])
	}
	promise(t, w)
	root := t.TempDir()
	runner := &countingRunner{Runner: childproc.New(nil)}
	envs, err := envbuild.New(envbuild.Config{Dir: filepath.Join(root, "envs"), SearchPath: filepath.SplitList(os.Getenv("PATH")), Runner: runner})
	if err != nil {
		t.Fatal(err)
	}
	store, err := registry.Open(t.Context(), registry.Config{Root: root, Records: registry.NewMemory(), Environments: envs, Runner: runner})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	world := newWorld(indexOf{universe, w}, store)
	p := compose(t, pipeline.Config{
		Installer: newDownloader(t, w), Analyzer: newAnalyzer(t, world), Builder: envs,
		Registrar: store, World: world, Staging: store,
	})
	specs := []string{"app", "last", "shell", "lib", "other"}
	first, err := p.Install(t.Context(), pipeline.Request{Specs: specs})
	if err != nil {
		t.Fatal(err)
	}
	app := first.Outcomes[0]
	if app.Environments.Of(pack.RuntimePython) == nil || app.Tests == nil || app.Tests.Status != registry.TestsPassed || app.Tests.Total != 1 {
		t.Errorf("got environments %+v and tests %+v", app.Environments, app.Tests)
	}
	started, start := runner.started.Load(), time.Now()
	second, err := p.Install(t.Context(), pipeline.Request{Specs: specs})
	took := time.Since(start)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("installing 5 unchanged packs took %v", took)
	if second.Summary.Unchanged != 5 {
		t.Errorf("got %q", outcomes(second))
	}
	if n := runner.started.Load() - started; n > 0 {
		t.Errorf("%d processes were started", n)
	}
	if env := second.Outcomes[0].Environments.Of(pack.RuntimePython); env == nil || !env.Reused {
		t.Errorf("got environment %+v", env)
	}
}

// withUnittest makes it a Python pack with a test.
func withUnittest(fsys fstest.MapFS) {
	f := fsys[pack.ManifestFile]
	f.Data = append(f.Data, "runtime_deps: [python]\ntesting:\n  enabled: true\n  runners:\n    python: {type: unittest, entry_point: tests/test_it.py}\n"...)
	fsys["tests/test_it.py"] = worldtest.File("import unittest\n\nclass T(unittest.TestCase):\n    def test_it(self):\n        pass\n")
}
