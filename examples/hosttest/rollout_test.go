package hosttest_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/deps/depstest"
	"github.com/packtrain/pack/envbuild/envbuildtest"
	"github.com/packtrain/pack/examples/hosttest"
	"github.com/packtrain/pack/registry/registrytest"
)

// fakes are the stages of a rollout. What a test leaves alone succeeds.
type fakes struct {
	analyzer  depstest.Fake
	builder   envbuildtest.Fake
	registrar registrytest.Fake
}

// run rolls two packs out, and returns how often each stage was asked, what is active
// and with which code it failed.
func (f *fakes) run(t *testing.T) string {
	t.Helper()
	r := hosttest.Rollout{Analyzer: &f.analyzer, Builder: &f.builder, Registrar: &f.registrar, Catalog: &f.registrar}
	active, err := r.Run(t.Context(), "/packs/slack", "/packs/jira")
	return fmt.Sprintf("%d %d %d %v %v", len(f.analyzer.Requests()), len(f.builder.Requests()), len(f.registrar.Requests()), active, pack.CodeOf(err))
}

func TestRollout(t *testing.T) {
	t.Parallel()
	broken := func(code pack.Code) map[pack.Ref]error {
		return map[pack.Ref]error{"slack": pack.Errorf(code, "no good")}
	}
	for name, tt := range map[string]struct {
		change func(f *fakes)
		want   string
	}{
		"all is well":        {func(*fakes) {}, "1 1 1 [jira@1.0.0 slack@1.0.0] "},
		"not readable":       {func(f *fakes) { f.analyzer.Broken = broken(pack.CodeInvalidManifest) }, "1 0 0 [] invalid_manifest"},
		"cannot be built":    {func(f *fakes) { f.builder.Broken = broken(pack.CodeBuildFailed) }, "1 1 0 [] build_failed"},
		"fails in its tests": {func(f *fakes) { f.registrar.Broken = broken(pack.CodeTestsFailed) }, "1 1 1 [jira@1.0.0] tests_failed"},
		"needs another pack": {func(f *fakes) {
			f.analyzer.OnAnalyze = func(context.Context, deps.Request) (*deps.Report, error) {
				report := depstest.EmptyReport()
				report.Missing = append(report.Missing, deps.Dependency{Ref: "core", RequiredBy: "slack"})
				return report, nil
			}
		}, "1 0 0 [] "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &fakes{}
			tt.change(f)
			if got := f.run(t); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
