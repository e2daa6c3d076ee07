package corepack_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
)

// load loads the pack and validates it.
func load(t *testing.T) *pack.Pack {
	t.Helper()
	fsys := os.DirFS("core")
	p, err := pack.Load(fsys, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range append(p.Findings, pack.Validate(fsys, p, nil)...) {
		t.Errorf("%v", f)
	}
	return p
}

func TestNothingIsFound(t *testing.T) {
	t.Parallel()
	p := load(t)
	if diff := cmp.Diff(map[pack.Kind]int{pack.KindAction: 5, pack.KindWorkflow: 1}, p.Count()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestInstall installs the pack through our own pipeline, which runs its tests.
func TestInstall(t *testing.T) {
	t.Parallel()
	h, err := host.Open(t.Context(), host.Config{Root: t.TempDir(), SearchPath: filepath.SplitList(os.Getenv("PATH"))})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}()
	dir, err := filepath.Abs("core")
	if err != nil {
		t.Fatal(err)
	}
	report, err := h.Pipeline.Install(t.Context(), pipeline.Request{Specs: []string{dir}})
	if err != nil {
		t.Fatal(err)
	}
	o := report.Outcomes[0]
	if o.Status != pack.StatusInstalled || o.Tests == nil || o.Tests.Status != registry.TestsPassed || o.Tests.Passed < 20 {
		t.Errorf("got %+v with tests %+v", o, o.Tests)
	}
}
