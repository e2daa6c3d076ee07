package pipeline_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/internal/worldtest"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
)

// TestPlanIsApplied: a plan that one process makes, and another applies after the staging
// is gone and the sources have changed, does exactly what it says.
func TestPlanIsApplied(t *testing.T) {
	t.Parallel()
	s := newSite(t, "log@1.0.0:", "log@2.0.0:", "app@1.0.0: log@^1", "app@2.0.0: log@^2", "old@1.0.0:", "free@1.0.0:")
	s.install(t, "app@^1", "old", "free")
	mine := worldtest.Files("mine@1.0.0")
	withAction(mine, "mine", "here")
	s.Add("/src/mine", mine)
	before := s.state(t)
	plan := s.plan(t, pipeline.Request{Specs: []string{"app", "free", "/src/mine"}, Remove: []pack.Ref{"old"}})
	want := []string{"upgrade app 2.0.0", "keep free 1.0.0", "upgrade log 2.0.0", "install mine 1.0.0", "remove old"}
	if diff := cmp.Diff(want, actions(plan)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if diff := cmp.Diff([][]pack.Ref{{"app", "log"}, {"mine"}}, plan.Sets); diff != "" {
		t.Errorf("sets: -want +got\n%s", diff)
	}
	if diff := cmp.Diff(before, s.state(t)); diff != "" {
		t.Errorf("a plan changes what is installed:\n%s", diff)
	}
	for _, step := range plan.Steps {
		if !step.Fetch.Cached {
			t.Errorf("%s is not in the cache", step.Ref)
		}
	}
	app := plan.Steps[0]
	if len(app.Components.Added) != 1 || app.Components.Added[0].Ref != "app.v2_0_0" || len(app.Components.Removed) != 1 || len(app.Components.Changed) != 0 {
		t.Errorf("components of app: %+v", app.Components)
	}
	if log := plan.Steps[2]; len(log.Why) != 1 || log.Why[0].By != "app@2.0.0" || log.Why[0].Constraint.String() != "^2" {
		t.Errorf("log is there because of %+v", log.Why)
	}
	s.reopen(t)
	clear(s.Content) // the sources deliver nothing any more
	approved := through(t, plan)
	rep, err := s.Apply(t.Context(), approved, nil)
	if err != nil || rep.Summary.Failed > 0 || !slices.Equal(rep.Removed, []pack.Ref{"old"}) {
		t.Fatalf("got %+v, %v", rep, err)
	}
	if diff := cmp.Diff(announced(before, plan), s.state(t)); diff != "" {
		t.Errorf("-announced +got\n%s", diff)
	}
	stale := (*pipeline.StaleError)(nil)
	if _, err := s.Apply(t.Context(), approved, nil); !errors.As(err, &stale) || pack.CodeOf(err) != pack.CodeConflict {
		t.Errorf("applied again: %v", err)
	}
}

// TestStalePlan: a change of what a plan read voids it, and is named; another one does
// not.
func TestStalePlan(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(t *testing.T, s *site)
		want   string // "" for a plan that can be applied
	}{
		"nothing":           {func(*testing.T, *site) {}, ""},
		"unrelated install": {func(t *testing.T, s *site) { t.Helper(); s.install(t, "free") }, ""},
		"the pack itself":   {func(t *testing.T, s *site) { t.Helper(); s.install(t, "app@1.1.0") }, "app was changed"},
		"what it needs":     {func(t *testing.T, s *site) { t.Helper(); s.install(t, "log@1.1.0") }, "log was changed"},
		"a dependent":       {func(t *testing.T, s *site) { t.Helper(); s.install(t, "user@1.1.0") }, "user was changed"},
		"a new dependent":   {func(t *testing.T, s *site) { t.Helper(); s.install(t, "fan") }, "fan was installed, and needs a pack of the plan"},
		"removed": {func(t *testing.T, s *site) {
			t.Helper()
			if err := s.store.Remove(t.Context(), "user", nil); err != nil {
				t.Fatal(err)
			}
		}, "user was removed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, "log@1.0.0:", "log@1.1.0:", "app@1.0.0: log@^1", "app@1.1.0: log@^1", "app@1.2.0: log@^1", "free@1.0.0:", "user@1.0.0: app", "user@1.1.0: app", "fan@1.0.0: app")
			s.install(t, "log@1.0.0", "app@1.0.0", "user@1.0.0")
			plan := s.plan(t, pipeline.Request{Specs: []string{"app"}})
			tt.change(t, s)
			before := s.state(t)
			_, err := s.Apply(t.Context(), through(t, plan), nil)
			stale := (*pipeline.StaleError)(nil)
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("got %v", err)
			case tt.want == "":
			case !errors.As(err, &stale) || !strings.Contains(err.Error(), tt.want):
				t.Errorf("got %v, want %q", err, tt.want)
			case !cmp.Equal(before, s.state(t)):
				t.Error("it was refused, and something has changed")
			}
		})
	}
}

// TestPlanConflicts: what stands in the way is said before anything changes.
func TestPlanConflicts(t *testing.T) {
	t.Parallel()
	s := newSite(t, "log@1.0.0:", "app@1.0.0: log@^1", "other@1.0.0:")
	s.install(t, "app", "other")
	plan := s.plan(t, pipeline.Request{Remove: []pack.Ref{"log", "gone"}})
	text := fmt.Sprint(plan.Conflicts)
	for _, want := range []string{"gone: it is to be removed, and is not installed", "app: it needs log@^1, which it would not have"} {
		if !strings.Contains(text, want) {
			t.Errorf("got %s, want %q", text, want)
		}
	}
	conflicts := (*pipeline.ConflictsError)(nil)
	if _, err := s.Apply(t.Context(), plan, nil); !errors.As(err, &conflicts) {
		t.Errorf("got %v", err)
	}
	allowed := s.plan(t, pipeline.Request{Remove: []pack.Ref{"log"}, AllowBreak: []pack.Ref{"app"}})
	if len(allowed.Conflicts) > 0 || len(allowed.Warnings) == 0 {
		t.Errorf("allowed to break: %v, %v", allowed.Conflicts, allowed.Warnings)
	}
	both := s.plan(t, pipeline.Request{Remove: []pack.Ref{"log", "app"}})
	if _, err := s.Apply(t.Context(), both, nil); err != nil || len(s.state(t)) != 1 {
		t.Errorf("both removed: %v, %v", err, s.state(t))
	}
	failing, err := s.Plan(t.Context(), pipeline.Request{Specs: []string{"missing", "app"}})
	if err != nil || len(failing.Conflicts) != 1 || failing.Conflicts[0].Ref != "missing" || len(failing.Steps) != 2 {
		t.Errorf("got %+v, %v", failing, err)
	}
}

// TestPlanWarnsOfRules: a rule of another pack that names what disappears is a warning.
func TestPlanWarnsOfRules(t *testing.T) {
	t.Parallel()
	s := newSite(t, "app@1.0.0:", "app@2.0.0:")
	user := worldtest.Files("user@1.0.0", "rules/r.yaml", "ref: user.r\nlabel: L\ndescription: D\ntrigger_ref: core.timer\naction_ref: app.v1_0_0\n")
	s.Add("/src/user", user)
	s.install(t, "app@^1", "/src/user")
	plan := s.plan(t, pipeline.Request{Specs: []string{"app"}})
	if text := fmt.Sprint(plan.Warnings); !strings.Contains(text, "user: user.r names app.v1_0_0") {
		t.Errorf("got %s", text)
	}
}

// TestPlanJudgesConfigurations: values that do not fit a new version are said before it
// is installed.
func TestPlanJudgesConfigurations(t *testing.T) {
	t.Parallel()
	const manifest = "ref: app\nversion: %d.0.0\nlabel: L\ndescription: D\nconf_schema: {type: object, properties: {port: {type: %s}}}\n"
	s := newSite(t)
	for v, kind := range []string{"string", "string", "integer"} {
		s.Add(fmt.Sprintf("/src/%d", v), worldtest.Files("app@1.0.0", "pack.yaml", fmt.Sprintf(manifest, v+1, kind)))
	}
	s.install(t, "/src/0")
	if plan := s.plan(t, pipeline.Request{Specs: []string{"/src/1"}}); plan.Steps[0].Config != "" {
		t.Errorf("without values: got %q", plan.Steps[0].Config)
	}
	if _, err := s.store.SetConfig(t.Context(), "app", map[string]any{"port": "high"}, nil); err != nil {
		t.Fatal(err)
	}
	for spec, want := range map[string]string{"/src/1": "kept", "/src/2": "invalid"} {
		plan := s.plan(t, pipeline.Request{Specs: []string{spec}})
		if plan.Steps[0].Config != want || strings.Contains(fmt.Sprint(plan.Warnings), "will not fit") != (want == "invalid") {
			t.Errorf("%s: got %q, %v, want %q", spec, plan.Steps[0].Config, plan.Warnings, want)
		}
	}
}

// TestGoneContent: content that is neither in the cache nor can be fetched again is
// refused; a plan has no query.
func TestGoneContent(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const spec = "https://packs.example/mine.zip?sig=secret"
	s.Add("https://packs.example/mine.zip?sig=secret", worldtest.Files("mine@1.0.0"))
	plan := s.plan(t, pipeline.Request{Specs: []string{spec}})
	text, err := plan.Encode()
	if err != nil || strings.Contains(string(text), "secret") {
		t.Fatalf("the plan has a secret (%v): %s", err, text)
	}
	s.cache = nil
	s.dir = t.TempDir() // another root, without that cache
	s.records = registry.NewMemory()
	s.reopen(t)
	gone := (*pipeline.GoneError)(nil)
	if _, err := s.Apply(t.Context(), through(t, plan), nil); !errors.As(err, &gone) || gone.Ref != "mine" || len(s.state(t)) > 0 {
		t.Errorf("got %v", err)
	}
}

// TestChangedUpstream: other content than the plan says is refused.
func TestChangedUpstream(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Add("/src/mine", worldtest.Files("mine@1.0.0"))
	plan := s.plan(t, pipeline.Request{Specs: []string{"/src/mine"}})
	s.Add("/src/mine", worldtest.Files("mine@1.0.0", "more", "content"))
	s.dir, s.records = t.TempDir(), registry.NewMemory()
	s.reopen(t)
	if _, err := s.Apply(t.Context(), through(t, plan), nil); pack.CodeOf(err) != pack.CodeChecksumMismatch || len(s.state(t)) > 0 {
		t.Errorf("got %v", err)
	}
}

// TestRandomPlans: in random roots, plans of random requests announce exactly what
// applying them does, and what installing does.
func TestRandomPlans(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(*seed, 3))
	applied := 0
	for range 25 {
		if randomPlan(t, random) {
			applied++
		}
	}
	t.Logf("%d plans were applied", applied)
	if applied < 5 {
		t.Errorf("%d plans were applied", applied)
	}
}

func randomPlan(t *testing.T, random *rand.Rand) bool {
	t.Helper()
	refs := []string{"a", "b", "c", "d"}
	var lines []string
	for i, ref := range refs {
		for v := 1; v <= 3; v++ {
			var needs []string
			for _, other := range refs[:i] {
				if random.IntN(3) == 0 {
					needs = append(needs, fmt.Sprintf("%s@>=%d", other, 1+random.IntN(v)))
				}
			}
			lines = append(lines, fmt.Sprintf("%s@%d.0.0: %s", ref, v, strings.Join(needs, ", ")))
		}
	}
	s, other := newSite(t, lines...), newSite(t, lines...)
	for _, ref := range refs {
		if random.IntN(2) == 0 {
			spec := fmt.Sprintf("%s@%d.0.0", ref, 1+random.IntN(3))
			_, err := s.Install(t.Context(), pipeline.Request{Specs: []string{spec}, Replace: registry.ReplaceAny})
			_, err2 := other.Install(t.Context(), pipeline.Request{Specs: []string{spec}, Replace: registry.ReplaceAny})
			if (err == nil) != (err2 == nil) {
				t.Fatalf("%v, %v", err, err2)
			}
		}
	}
	req := pipeline.Request{Replace: []registry.Replace{registry.ReplaceUpgrade, registry.ReplaceAny}[random.IntN(2)]}
	for range 1 + random.IntN(2) {
		req.Specs = append(req.Specs, fmt.Sprintf("%s@<=%d", refs[random.IntN(len(refs))], 1+random.IntN(3)))
	}
	before := s.state(t)
	plan, err := s.Plan(t.Context(), req)
	_, failed := other.Install(t.Context(), req)
	if err != nil || (len(plan.Conflicts) == 0) != (failed == nil) {
		t.Fatalf("%v: the plan says %v, %v, the installation %v", req.Specs, plan.Conflicts, err, failed)
	}
	if failed != nil {
		return false
	}
	s.reopen(t)
	if _, err := s.Apply(t.Context(), through(t, plan), nil); err != nil {
		t.Fatalf("%v of %v: %v\n%v", req.Specs, before, err, actions(plan))
	}
	after := s.state(t)
	if diff := cmp.Diff(announced(before, plan), after); diff != "" {
		t.Fatalf("%v: -announced +applied\n%s", req.Specs, diff)
	}
	if diff := cmp.Diff(other.state(t), after); diff != "" {
		t.Fatalf("%v: -installed +applied\n%s", req.Specs, diff)
	}
	return true
}
