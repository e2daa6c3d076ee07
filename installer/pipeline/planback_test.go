package pipeline_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
)

// upgraded returns a site with log and app, which needs it, of version 2 of both, after
// version 1.
func upgraded(t *testing.T) *site {
	t.Helper()
	s := newSite(t, "log@1.0.0:", "log@2.0.0:", "app@1.0.0: log@^1", "app@2.0.0: log@^2", "old@1.0.0:", "free@1.0.0:")
	s.install(t, "app@^1", "old")
	s.install(t, "app@^2")
	return s
}

// TestPlannedRollBack: packs that need each other go back together, beside an installation
// and a removal, in another process, and as the plan says.
func TestPlannedRollBack(t *testing.T) {
	t.Parallel()
	s := upgraded(t)
	before := s.state(t)
	plan := s.plan(t, pipeline.Request{Specs: []string{"free"}, RollBack: []pipeline.RollBack{{Ref: "log"}, {Ref: "app", To: "1.0.0"}}, Remove: []pack.Ref{"old"}})
	want := []string{"rollback app 1.0.0", "install free 1.0.0", "rollback log 1.0.0", "remove old"}
	if diff := cmp.Diff(want, actions(plan)); diff != "" || len(plan.Conflicts)+len(plan.Warnings) > 0 {
		t.Errorf("-want +got\n%s%v %v", diff, plan.Conflicts, plan.Warnings)
	}
	app := plan.Steps[0]
	if len(app.Components.Added) != 1 || app.Components.Added[0].Ref != "app.v1_0_0" || len(app.Components.Removed) != 1 || app.To.Generation == "" {
		t.Errorf("got %+v", app)
	}
	if diff := cmp.Diff(before, s.state(t)); diff != "" {
		t.Errorf("a plan changes what is installed:\n%s", diff)
	}
	s.reopen(t)
	rep, err := s.Apply(t.Context(), through(t, plan), nil)
	if err != nil || !slices.Equal(rep.RolledBack, []pack.Ref{"app", "log"}) || !slices.Equal(rep.Removed, []pack.Ref{"old"}) {
		t.Fatalf("got %+v, %v", rep, err)
	}
	if diff := cmp.Diff(announced(before, plan), s.state(t)); diff != "" {
		t.Errorf("-announced +got\n%s", diff)
	}
	stale := (*pipeline.StaleError)(nil)
	if _, err := s.Apply(t.Context(), plan, nil); !errors.As(err, &stale) {
		t.Errorf("applied again: %v", err)
	}
}

// TestRollBackPlans: what stands in the way of going back is said before anything changes.
func TestRollBackPlans(t *testing.T) {
	t.Parallel()
	s := upgraded(t)
	before := s.state(t)
	for name, tt := range map[string]struct {
		req  pipeline.Request
		want string
	}{
		"breaks a dependent":  {pipeline.Request{RollBack: []pipeline.RollBack{{Ref: "log"}}}, "app: it needs log@^2, which it would not have"},
		"may break it":        {pipeline.Request{RollBack: []pipeline.RollBack{{Ref: "log"}}, AllowBreak: []pack.Ref{"app"}}, "app: it needs log@^2, which it will not have"},
		"lacks what it needs": {pipeline.Request{RollBack: []pipeline.RollBack{{Ref: "app"}}}, "app: it needs log@^1, which it will not have"},
		"active":              {pipeline.Request{RollBack: []pipeline.RollBack{{Ref: "app", To: "2.0.0"}}}, "is active already"},
		"not kept":            {pipeline.Request{RollBack: []pipeline.RollBack{{Ref: "app", To: "3.0.0"}}}, `has no generation "3.0.0"`},
		"none before":         {pipeline.Request{RollBack: []pipeline.RollBack{{Ref: "old"}}}, "there is no earlier generation"},
		"not installed":       {pipeline.Request{RollBack: []pipeline.RollBack{{Ref: "free"}}}, "free: it is to be rolled back, and is not installed"},
		"asked for":           {pipeline.Request{Specs: []string{"app"}, RollBack: []pipeline.RollBack{{Ref: "app"}}}, "app: it is to be rolled back, and is needed by this request"},
		"removed, too":        {pipeline.Request{Remove: []pack.Ref{"app"}, RollBack: []pipeline.RollBack{{Ref: "app"}}}, "app: it is to be removed, and it is named before"},
	} {
		plan := s.plan(t, tt.req)
		if text := fmt.Sprint(plan.Conflicts, plan.Warnings); !strings.Contains(text, tt.want) {
			t.Errorf("%s: got %s", name, text)
		}
		through(t, plan)
	}
	if diff := cmp.Diff(before, s.state(t)); diff != "" {
		t.Errorf("plans change what is installed:\n%s", diff)
	}
}

// TestHostileRollBackPlans: an edited plan with an ID that fits rolls back to what it says,
// or is refused, and nothing changes.
func TestHostileRollBackPlans(t *testing.T) {
	t.Parallel()
	s := upgraded(t)
	before := s.state(t)
	plan := s.plan(t, pipeline.Request{Specs: []string{"free"}, RollBack: []pipeline.RollBack{{Ref: "app"}}, AllowBreak: []pack.Ref{registry.AnyDependent}})
	text, err := plan.Encode()
	if err != nil {
		t.Fatal(err)
	}
	generation := plan.Steps[0].To.Generation
	for name, edit := range map[string]func(step, to map[string]any){
		"not kept":        func(_, to map[string]any) { to["generation"] = "000009" + generation[6:] },
		"no name":         func(_, to map[string]any) { to["generation"] = "../../etc" },
		"a version":       func(_, to map[string]any) { to["generation"] = "1.0.0" },
		"the active one":  func(_, to map[string]any) { to["generation"] = plan.Steps[0].From.Generation },
		"none":            func(_, to map[string]any) { to["generation"] = "" },
		"another version": func(_, to map[string]any) { to["version"] = "9.0.0" },
		"another tree":    func(_, to map[string]any) { to["tree"] = "sha256:" + strings.Repeat("0", 64) },
		"another action":  func(step, _ map[string]any) { step["action"] = "downgrade" },
	} {
		var value map[string]any
		if err := json.Unmarshal(text, &value); err != nil {
			t.Fatal(err)
		}
		step := value["steps"].([]any)[0].(map[string]any) //nolint:forcetypeassert // the test made it
		edit(step, step["to"].(map[string]any))            //nolint:forcetypeassert // the same
		edited, err := pipeline.ParsePlan(signed(t, value))
		if err == nil {
			_, err = s.Apply(t.Context(), edited, nil)
		}
		if err == nil {
			t.Errorf("%s was applied", name)
		}
	}
	if diff := cmp.Diff(before, s.state(t)); diff != "" {
		t.Errorf("-before +after\n%s", diff)
	}
}
