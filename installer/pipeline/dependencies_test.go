package pipeline_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/deps/depstest"
	"github.com/packtrain/pack/installer/internal/worldtest"
	"github.com/packtrain/pack/installer/pipeline"
)

func TestNeedsThatTheIndexDoesNotKnow(t *testing.T) {
	t.Parallel()
	// The index says nothing of what web and log need. The first analysis
	// chooses log 2, which does not satisfy what web turns out to need.
	h := newHouse(t, "app@1.0.0: log, web", "log@1.0.0:", "log@2.0.0:", "web@1.0.0! log@^1, tool", "tool@1.0.0! log")
	rep, err := install(t, h, "app")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"app installed", "log@1.0.0 installed for [app tool web]", "tool@1.0.0 installed for [web]", "web@1.0.0 installed for [app]"}
	if diff := cmp.Diff(want, outcomes(rep)); diff != "" {
		t.Errorf("outcomes (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"app@1.0.0", "log@1.0.0", "tool@1.0.0", "web@1.0.0"}, h.store.state(t)); diff != "" {
		t.Errorf("installed (-want +got)\n%s", diff)
	}
}

func TestMisfitsThatCannotBeReplaced(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "app@1.0.0: log@^2, web", "log@1.0.0:", "log@2.0.0:", "alone@1.0.0:", "web@1.0.0! log@^1")
	rep, err := install(t, h, "app", "alone")
	want := []string{"app failed at dependencies: dependency_conflict", "alone installed"}
	got := outcomes(rep)
	if diff := cmp.Diff(want, got[:2]); diff != "" {
		t.Errorf("outcomes (-want +got)\n%s\n%v", diff, err)
	}
	if diff := cmp.Diff([]string{"alone@1.0.0"}, h.store.state(t)); diff != "" {
		t.Errorf("installed (-want +got)\n%s", diff)
	}
}

// TestPlatform: what the platform does not suit fails before anything is built, with
// the packs that need it.
func TestPlatform(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "app@1.0.0: log", "log@1.0.0:", "alone@1.0.0:")
	f := h.Content["log@1.0.0"][pack.ManifestFile]
	f.Data = []byte(strings.Replace(string(f.Data), "dependencies: []", "dependencies: {attune_version: ^3}", 1))
	promise(t, h.World)
	platform, err := pack.ParseVersion("2.1.0")
	if err != nil {
		t.Fatal(err)
	}
	h.config.PlatformVersion = platform
	h.config.Analyzer, err = deps.New(deps.Config{World: h.config.World, PlatformVersion: platform})
	if err != nil {
		t.Fatal(err)
	}
	h.pipeline = compose(t, h.config)
	rep, err := install(t, h, "app", "alone")
	want := []string{"app failed at dependencies: dependency_conflict", "alone installed"}
	if diff := cmp.Diff(want, outcomes(rep)); diff != "" {
		t.Errorf("outcomes (-want +got)\n%s", diff)
	}
	if _, ok := errors.AsType[*pack.PlatformError](err); !ok {
		t.Errorf("got %v", err)
	}
	if diff := cmp.Diff([]string{"alone"}, h.builder.built); diff != "" {
		t.Errorf("built (-want +got)\n%s", diff)
	}
}

func TestCycles(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "a@1.0.0: b", "b@1.0.0: a", "c@1.0.0: a", "d@1.0.0:")
	rep, err := install(t, h, "c", "d")
	if diff := cmp.Diff([]string{"c installed", "d installed", "a@1.0.0 installed for [b c]", "b@1.0.0 installed for [a]"}, outcomes(rep)); diff != "" || err != nil {
		t.Errorf("outcomes (-want +got)\n%s\n%v", diff, err)
	}
}

// TestAnalyzerThatRefuses: what an analyzer of the host's own refuses fails, with the
// packs that need it, and not the request.
func TestAnalyzerThatRefuses(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "app@1.0.0: log", "log@1.0.0:", "alone@1.0.0:")
	h.config.Analyzer = &depstest.Fake{OnAnalyze: func(_ context.Context, req deps.Request) (*deps.Report, error) {
		rep := depstest.EmptyReport()
		rep.Conflicts = []deps.Conflict{{
			Ref: "log", Required: []deps.Requirement{{RequiredBy: "log"}}, Err: pack.Errorf(pack.CodeDependencyConflict, "never enough"),
		}}
		return rep, nil
	}}
	rep, err := compose(t, h.config).Install(t.Context(), pipeline.Request{Specs: []string{"app", "alone"}})
	if err == nil || rep == nil {
		t.Fatalf("got %v, %v", rep, err)
	}
	want := []string{
		"app failed at dependencies: dependency_missing", "alone installed", "log@1.0.0 failed for [app] at dependencies: dependency_conflict",
	}
	if diff := cmp.Diff(want, outcomes(rep)); diff != "" {
		t.Errorf("outcomes (-want +got)\n%s", diff)
	}
}

// TestInstalledVersionSavesDependents: a new web fails, but the app is content
// with the one that is installed.
func TestInstalledVersionSavesDependents(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "app@1.0.0: web", "web@1.0.0:", "web@2.0.0: none")
	if _, err := install(t, h, "web@^1"); err != nil {
		t.Fatal(err)
	}
	rep, _ := install(t, h, "app", "web@^2")
	want := []string{"app installed", "web@^2 failed from 1.0.0 at dependencies: dependency_missing"}
	if diff := cmp.Diff(want, outcomes(rep)); diff != "" {
		t.Errorf("outcomes (-want +got)\n%s", diff)
	}
}

// TestReasonIsTheFailureOfTheNeededPack: the pack is also missing everywhere else,
// but that is not the reason.
func TestReasonIsTheFailureOfTheNeededPack(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "tool@1.0.0: log")
	h.Add("badlog", worldtest.Files("log@1.1.0", "actions/a.yaml", "ref: ["))
	rep, _ := install(t, h, "test:badlog", "tool")
	if f := rep.Outcomes[1].Failure; f == nil || f.Code != pack.CodeDependencyMissing || !errors.Is(f.Err, pack.ErrInvalid) {
		t.Errorf("got %+v", f)
	}
}

func TestCyclesAreNotDownloadedAgainAndAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "a@1.0.0! b", "b@1.0.0! a", "c@1.0.0! a")
	rep, _ := install(t, h, "c")
	if diff := cmp.Diff([]string{"a@1.0.0", "b@1.0.0", "c@1.0.0"}, h.Fetches()); diff != "" {
		t.Errorf("fetched (-want +got)\n%s\n%v", diff, outcomes(rep))
	}
}

func TestEachPackIsBuiltOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "app@1.0.0:", "web@1.0.0:", "log@1.0.0: web")
	h.builder.broken = map[string]error{"app": errors.New("wrong")}
	if _, err := install(t, h, "app", "web", "log"); err == nil {
		t.Fatal("no error")
	}
	if diff := cmp.Diff([]string{"web", "log"}, h.builder.built); diff != "" {
		t.Errorf("built (-want +got)\n%s", diff)
	}
}
