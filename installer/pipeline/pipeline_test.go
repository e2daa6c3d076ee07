package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/internal/worldtest"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/internal/testkit/wirecheck"
	"github.com/packtrain/pack/registry"
)

// outcomes shows a report as lines.
func outcomes(rep *pipeline.Report) []string {
	var lines []string
	for _, o := range rep.Outcomes {
		line := fmt.Sprintf("%s %s", o.Spec, o.Status)
		if o.Previous != nil {
			line += " from " + o.Previous.String()
		}
		if o.Added {
			line += fmt.Sprintf(" for %s", o.RequiredBy)
		}
		if f := o.Failure; f != nil {
			line += fmt.Sprintf(" at %s: %s", f.Stage, f.Code)
		}
		lines = append(lines, line)
	}
	return lines
}

func install(t testing.TB, h *house, specs ...string) (*pipeline.Report, error) {
	t.Helper()
	return h.pipeline.Install(t.Context(), pipeline.Request{Specs: specs})
}

func TestInstallAddsWhatIsNeeded(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "app@1.0.0: web@^1, core", "web@1.0.0: log", "web@1.5.0: log@^1", "web@2.0.0:", "log@1.0.0:", "log@2.0.0:", "tool@1.0.0:")
	rep, err := install(t, h, "app", "tool@^1")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"app installed", "tool@^1 installed", "log@1.0.0 installed for [web]", "web@1.5.0 installed for [app]"}
	if diff := cmp.Diff(want, outcomes(rep)); diff != "" {
		t.Errorf("outcomes (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"app@1.0.0", "log@1.0.0", "tool@1.0.0", "web@1.5.0"}, h.store.state(t)); diff != "" {
		t.Errorf("installed (-want +got)\n%s", diff)
	}
	if want := (pipeline.Summary{Total: 4, Installed: 4, Duration: rep.Summary.Duration}); rep.Summary != want {
		t.Errorf("got summary %+v", rep.Summary)
	}
}

func TestSecondInstallChangesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "app@1.0.0: web", "web@1.0.0:")
	if _, err := install(t, h, "app"); err != nil {
		t.Fatal(err)
	}
	fetched, written := len(h.Fetches()), h.store.writes
	rep, err := install(t, h, "app", "web")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"app unchanged from 1.0.0", "web unchanged from 1.0.0"}, outcomes(rep)); diff != "" {
		t.Errorf("outcomes (-want +got)\n%s", diff)
	}
	if len(h.Fetches()) != fetched || h.store.writes != written {
		t.Errorf("%d fetches and %d writes more", len(h.Fetches())-fetched, h.store.writes-written)
	}
}

func TestReplace(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "app@1.0.0:", "app@2.0.0:")
	steps := []struct {
		spec    string
		replace registry.Replace
		want    string
	}{
		{spec: "app@^1", want: "app@^1 installed"},
		{spec: "app", want: "app upgraded from 1.0.0"},
		{spec: "app@^1", want: "app@^1 failed from 2.0.0 at download: already_installed"},
		{spec: "app@^1", replace: registry.ReplaceNever, want: "app@^1 failed from 2.0.0 at download: already_installed"},
		{spec: "app@^1", replace: registry.ReplaceAny, want: "app@^1 replaced from 2.0.0"},
		{spec: "app", replace: registry.ReplaceNever, want: "app failed from 1.0.0 at registration: already_installed"},
	}
	for _, s := range steps {
		fetched := len(h.Fetches())
		rep, _ := h.pipeline.Install(t.Context(), pipeline.Request{Specs: []string{s.spec}, Replace: s.replace})
		if diff := cmp.Diff([]string{s.want}, outcomes(rep)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if rep.Summary.Failed > 0 && len(h.Fetches()) > fetched {
			t.Errorf("%s, replacing %q: it was fetched, and may not be installed", s.spec, s.replace)
		}
	}
}

func TestFailedPacksTakeOnlyTheirDependentsAlong(t *testing.T) {
	t.Parallel()
	universe := []string{"app@1.0.0: web", "web@1.0.0: log", "log@1.0.0:", "tool@1.0.0: log", "alone@1.0.0:", "needy@1.0.0: none@^1"}
	wrong := pack.Errorf(pack.CodeBuildFailed, "wrong")
	tests := []struct {
		name      string
		breakIt   func(h *house)
		specs     []string
		want      []string
		installed []string
	}{
		{
			name: "download of an added pack", specs: []string{"app", "alone", "web"},
			breakIt: func(h *house) { h.World.Broken["log@1.0.0"] = pack.Errorf(pack.CodeMalformedContent, "x") },
			want: []string{
				"app failed at dependencies: dependency_missing", "alone installed",
				"web failed at dependencies: dependency_missing", "log@1.0.0 failed for [web] at download: malformed_content",
			},
			installed: []string{"alone@1.0.0"},
		},
		{
			name: "environment of an added pack", specs: []string{"app", "alone"},
			breakIt: func(h *house) { h.builder.broken = map[string]error{"log": wrong} },
			want: []string{
				"app failed at dependencies: dependency_missing", "alone installed",
				"log@1.0.0 failed for [web] at environments: build_failed",
				"web@1.0.0 failed for [app] at dependencies: dependency_missing",
			},
			installed: []string{"alone@1.0.0"},
		},
		{
			name: "environment of the pack that asks", specs: []string{"app", "tool"},
			breakIt:   func(h *house) { h.builder.broken = map[string]error{"app": wrong} },
			want:      []string{"app failed at environments: build_failed", "tool installed", "log@1.0.0 installed for [tool]"},
			installed: []string{"log@1.0.0", "tool@1.0.0"},
		},
		{
			name: "a pack that is not available", specs: []string{"needy", "alone"},
			want:      []string{"needy failed at dependencies: dependency_missing", "alone installed"},
			installed: []string{"alone@1.0.0"},
		},
		{
			name: "a named pack that others need", specs: []string{"log@^9", "tool"},
			want:      []string{"log@^9 failed at download: not_found", "tool installed", "log@1.0.0 installed for [tool]"},
			installed: []string{"log@1.0.0", "tool@1.0.0"},
		},
		{
			name: "an invalid pack that others need", specs: []string{"test:badlog", "tool", "alone"},
			breakIt: func(h *house) { h.Add("badlog", worldtest.Files("log@1.1.0", "actions/a.yaml", "ref: [")) },
			want: []string{
				"test:badlog failed at load: invalid_manifest",
				"tool failed at dependencies: dependency_missing", "alone installed",
			},
			installed: []string{"alone@1.0.0"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, universe...)
			if tt.breakIt != nil {
				tt.breakIt(h)
			}
			rep, err := install(t, h, tt.specs...)
			if diff := cmp.Diff(tt.want, outcomes(rep)); diff != "" {
				t.Errorf("outcomes (-want +got)\n%s\n%v", diff, err)
			}
			if diff := cmp.Diff(tt.installed, h.store.state(t)); diff != "" {
				t.Errorf("installed (-want +got)\n%s", diff)
			}
			checkBatch(t, rep, err)
		})
	}
}

// checkBatch checks that the error mirrors the failed outcomes.
func checkBatch(t *testing.T, rep *pipeline.Report, err error) {
	t.Helper()
	var want, got []string
	for _, o := range rep.Outcomes {
		if o.Status == pack.StatusFailed {
			want = append(want, fmt.Sprintf("%s %s %v", o.Spec, o.Failure.Stage, o.Failure.Err))
		}
	}
	if batch, ok := errors.AsType[*pack.BatchError](err); ok {
		for _, it := range batch.Failures {
			got = append(got, fmt.Sprintf("%s %s %v", it.Spec, it.Stage, it.Err))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("batch error (-outcomes +error)\n%s", diff)
	}
}

func TestFailFastSkipsTheRest(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "app@1.0.0:", "web@1.0.0:")
	h.builder.broken = map[string]error{"app": errors.New("wrong")}
	rep, err := h.pipeline.Install(t.Context(), pipeline.Request{Specs: []string{"app", "web"}, FailFast: true})
	if err == nil {
		t.Error("no error")
	}
	if diff := cmp.Diff([]string{"app failed at environments: ", "web skipped"}, outcomes(rep)); diff != "" {
		t.Errorf("outcomes (-want +got)\n%s", diff)
	}
	if got := h.store.state(t); len(got) > 0 {
		t.Errorf("installed %v", got)
	}
}

// TestAllOrNothing lets one pack fail in an early stage, and one in the last.
func TestAllOrNothing(t *testing.T) {
	t.Parallel()
	h := newRealHouse(t, "app@1.0.0:", "web@1.0.0:", "bad@1.0.0:")
	withTests(h.Content["bad@1.0.0"], "#!/bin/sh\nexit 1\n")
	promise(t, h.World)
	for _, tt := range []struct {
		specs, want []string
	}{
		{[]string{"app", "none", "web"}, []string{"app skipped", "none failed at download: not_found", "web skipped"}},
		{[]string{"app", "bad", "web"}, []string{"app failed at dependencies: dependency_missing", "bad failed at tests: tests_failed", "web failed at dependencies: dependency_missing"}},
		{[]string{"app", "web"}, []string{"app installed", "web installed"}},
	} {
		if got := h.state(t); len(got) > 0 {
			t.Errorf("before %v: installed %v", tt.specs, got)
		}
		rep, _ := h.pipeline.Install(t.Context(), pipeline.Request{Specs: tt.specs, AllOrNothing: true})
		if diff := cmp.Diff(tt.want, outcomes(rep)); diff != "" {
			t.Errorf("%v (-want +got)\n%s", tt.specs, diff)
		}
	}
	if diff := cmp.Diff([]string{"app@1.0.0", "web@1.0.0"}, h.state(t)); diff != "" {
		t.Errorf("installed (-want +got)\n%s", diff)
	}
}

func TestSkipEnvironments(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "app@1.0.0:")
	rep, err := h.pipeline.Install(t.Context(), pipeline.Request{Specs: []string{"app"}, SkipEnvironments: true})
	if err != nil || rep.Environments != nil || len(h.builder.built) != 0 {
		t.Errorf("got %v, %+v, built %v", err, rep.Environments, h.builder.built)
	}
}

func TestEventsAreOneSequenceWithTheUsersSpecs(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "app@1.0.0: web", "web@1.0.0:")
	got := map[string][]string{}
	var seq uint64
	_, err := h.pipeline.Install(t.Context(), pipeline.Request{Specs: []string{"app"}, OnEvent: func(_ context.Context, e pack.Event) {
		if seq++; e.Seq != seq {
			t.Errorf("event %d has number %d", seq, e.Seq)
		}
		got[e.Spec] = append(got[e.Spec], fmt.Sprintf("%s %s", e.Stage, e.Kind))
	}})
	if err != nil {
		t.Fatal(err)
	}
	each := []string{
		"download started", "download finished", "load started", "load finished", "dependencies started", "dependencies finished", "registration closed",
	}
	if diff := cmp.Diff(map[string][]string{"app": each, "web@1.0.0": each}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestReportListsAreNeverNull(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "app@1.0.0: web", "web@1.0.0:", "log@1.0.0:")
	rep, err := install(t, h, "app", "none")
	if err == nil {
		t.Fatal("no error")
	}
	if nulls, _ := wirecheck.Nulls(rep); len(nulls) > 0 {
		t.Errorf("null lists: %q", nulls)
	}
	rep, _ = install(t, h, "none")
	if nulls, _ := wirecheck.Nulls(rep); len(nulls) > 0 {
		t.Errorf("null lists: %q", nulls)
	}
}

func TestPipelineRefusesBadRequests(t *testing.T) {
	t.Parallel()
	if _, err := install(t, newHouse(t)); pack.CodeOf(err) != pack.CodeInvalidRequest {
		t.Errorf("no specs: got %v", err)
	}
	if _, err := pipeline.New(pipeline.Config{}); pack.CodeOf(err) != pack.CodeInvalidRequest {
		t.Errorf("no stages: got %v", err)
	}
}
