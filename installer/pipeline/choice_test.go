package pipeline_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/deps/depstest"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
)

// TestRequestedPacksMove: a requested pack is not fetched in a version that another one
// excludes, in whatever order the request names them.
func TestRequestedPacksMove(t *testing.T) {
	t.Parallel()
	for _, specs := range [][]string{{"app", "web"}, {"web", "app"}} {
		h := newHouse(t, "app@1.0.0! web@^2", "web@3.0.0:", "web@2.0.0:", "web@1.0.0:")
		rep, err := install(t, h, specs...)
		if err != nil || rep.Summary.Installed != 2 {
			t.Errorf("got %q, %v", outcomes(rep), err)
		}
		if diff := cmp.Diff([]string{"app@1.0.0", "web@2.0.0"}, h.store.state(t)); diff != "" {
			t.Errorf("installed (-want +got)\n%s", diff)
		}
		if diff := cmp.Diff([]string{"app@1.0.0", "web@2.0.0"}, h.Fetches()); diff != "" {
			t.Errorf("fetched (-want +got)\n%s", diff)
		}
	}
}

// TestIndexThatLies: what pack.yaml says counts, in a second choice if need be.
func TestIndexThatLies(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "app@1.0.0: log", "log@2.0.0:", "log@1.0.0:", "tool@1.0.0:", "tool@2.0.0:", "end@1.0.0: tool@^1")
	f := h.Content["log@2.0.0"][pack.ManifestFile]
	f.Data = []byte(strings.Replace(string(f.Data), "dependencies: []", "dependencies: [tool@^2]", 1))
	promise(t, h.World)
	rep, err := install(t, h, "app", "end")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"app@1.0.0", "end@1.0.0", "log@1.0.0", "tool@1.0.0"}, h.store.state(t)); diff != "" {
		t.Errorf("installed (-want +got)\n%s", diff)
	}
	told := func(w pack.Warning) bool {
		return w.Message == "the index states other dependencies of log@2.0.0 than its pack.yaml, which counts"
	}
	if !slices.ContainsFunc(rep.Warnings, told) {
		t.Errorf("got warnings %+v", rep.Warnings)
	}
}

// TestUnusableVersions: an older version is chosen in place of one that the index has and
// that cannot be used, and the report says so.
func TestUnusableVersions(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "log@0.9.0:")
	universe, err := depstest.NewUniverse("log@0.9.0:", "unusable log@1.0.0: its host is not allowed")
	if err != nil {
		t.Fatal(err)
	}
	h.index.Universe = universe
	h.config.World = newWorld(h.index, h.store)
	rep, err := compose(t, h.config).Install(t.Context(), pipeline.Request{Specs: []string{"log"}})
	if err != nil || rep.Outcomes[0].Version.String() != "0.9.0" {
		t.Fatalf("got %q, %v", outcomes(rep), err)
	}
	if len(rep.Warnings) != 1 || rep.Warnings[0].Message != "log@0.9.0 is chosen, as log@1.0.0 cannot be used: its host is not allowed" {
		t.Errorf("got warnings %+v", rep.Warnings)
	}
}

// TestChosenVersionIsFetched: versions that differ in build metadata alone are not taken
// for each other.
func TestChosenVersionIsFetched(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "lib@1.0.0+a:", "lib@1.0.0+b:")
	slices.Reverse(h.Index["lib"])
	rep, err := install(t, h, "lib@1.0.0")
	if err != nil || rep.Outcomes[0].Version.String() != "1.0.0+b" {
		t.Errorf("got %q, %v", outcomes(rep), err)
	}
	if diff := cmp.Diff([]string{"lib@1.0.0+b"}, h.Fetches()); diff != "" {
		t.Errorf("fetched (-want +got)\n%s", diff)
	}
}

// TestReadPackIsFetchedOnce: a pack that was fetched to know what it needs is not fetched
// again to be installed, and one that fails is reported once.
func TestReadPackIsFetchedOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "app@1.0.0! log", "log@1.0.0! tool@^2", "log@0.9.0! tool", "tool@1.0.0! ", "alone@1.0.0:")
	rep, err := install(t, h, "app")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"app installed", "tool@1.0.0 installed for [log]", "log@0.9.0 installed for [app]"}, outcomes(rep)); diff != "" {
		t.Errorf("outcomes (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"app@1.0.0", "log@0.9.0", "log@1.0.0", "tool@1.0.0"}, h.Fetches()); diff != "" {
		t.Errorf("fetched (-want +got)\n%s", diff)
	}
	h = newHouse(t, "app@1.0.0! log", "log@1.0.0! ", "alone@1.0.0:")
	h.World.Broken["log@1.0.0"] = pack.Errorf(pack.CodeMalformedContent, "torn")
	rep, _ = install(t, h, "app", "alone")
	want := []string{"app failed at dependencies: malformed_content", "alone installed", "log@1.0.0 failed for [] at download: malformed_content"}
	if diff := cmp.Diff(want, outcomes(rep)); diff != "" {
		t.Errorf("outcomes (-want +got)\n%s", diff)
	}
}

// TestUpgradeTakesOthersAlong: packs that have to change with a requested one change in
// the same operation, and dependents are not broken unless that is allowed.
func TestUpgradeTakesOthersAlong(t *testing.T) {
	t.Parallel()
	old := []string{"app@1.0.0: log@^1", "log@1.0.0:", "two@1.0.0: log@^1"}
	for _, tt := range []struct {
		name    string
		newer   []string
		request pipeline.Request
		want    []string
		after   []string
	}{
		{
			name: "together", newer: []string{"app@2.0.0: log@^2", "log@2.0.0:", "two@2.0.0: log@>=1"},
			want:  []string{"app upgraded from 1.0.0", "log@2.0.0 upgraded from 1.0.0 for [app two]", "two@2.0.0 upgraded from 1.0.0 for []"},
			after: []string{"app@2.0.0", "log@2.0.0", "two@2.0.0"},
		},
		{
			name: "a dependent that would break", newer: []string{"app@2.0.0: log@^2", "log@2.0.0:"},
			want: []string{"app unchanged from 1.0.0"}, after: []string{"app@1.0.0", "log@1.0.0", "two@1.0.0"},
		},
		{
			name: "a dependent that may break", newer: []string{"app@2.0.0: log@^2", "log@2.0.0:"}, request: pipeline.Request{AllowBreak: []pack.Ref{"two"}},
			want: []string{"app upgraded from 1.0.0", "log@2.0.0 upgraded from 1.0.0 for [app]"}, after: []string{"app@2.0.0", "log@2.0.0", "two@1.0.0"},
		},
		{
			name: "nothing may be replaced", newer: []string{"app@2.0.0: log@^2", "log@2.0.0:", "two@2.0.0: log@>=1", "new@1.0.0: log@^2"},
			request: pipeline.Request{Specs: []string{"new"}, Replace: registry.ReplaceNever},
			want:    []string{"new failed at dependencies: dependency_conflict"}, after: []string{"app@1.0.0", "log@1.0.0", "two@1.0.0"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newRealHouse(t, slices.Concat(old, tt.newer)...)
			if _, err := h.pipeline.Install(t.Context(), pipeline.Request{Specs: []string{"app@^1", "two@^1"}}); err != nil {
				t.Fatal(err)
			}
			if tt.request.Specs == nil {
				tt.request.Specs = []string{"app"}
			}
			rep, err := h.pipeline.Install(t.Context(), tt.request)
			if diff := cmp.Diff(tt.want, outcomes(rep)); diff != "" {
				t.Errorf("outcomes (-want +got)\n%s\n%v", diff, err)
			}
			if held := strings.Contains(fmt.Sprint(rep.Warnings), "app@2.0.0 is not chosen: no version of log satisfies all that need it; app 2.0.0 (requested) needs log@^2; two 1.0.0 (installed) needs log@^1"); held != (tt.name == "a dependent that would break") {
				t.Errorf("got warnings %v", rep.Warnings)
			}
			if diff := cmp.Diff(tt.after, h.state(t)); diff != "" {
				t.Errorf("installed (-want +got)\n%s", diff)
			}
		})
	}
}

var _ deps.World = hooked{}
