package host_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
)

// TestSyncConflicts: where a removal or a change would break a pack that is not of the
// lock, a plan says so, and nothing is changed, what has nothing to do with that included.
func TestSyncConflicts(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		before, after []string
		steps         []string
		conflict      string
	}{
		"removal": {
			[]string{"app@^1"},
			[]string{"free"},
			[]string{"remove app, not done", "install free, not done", "remove log, not done"},
			"installed packs need log: extra (needs log@^1); remove them first, or allow them to break",
		},
		"upgrade": {
			[]string{"app@^1"},
			[]string{"log@^2", "free"},
			[]string{"upgrade app, not done", "install free, not done", "upgrade log, not done", "install ring, not done"},
			"installed packs do not accept log 2.0.0: extra (needs log@^1); upgrade them in the same request, or allow them to break",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openShop(t)
			s.needs["free@1.0.0"] = ""
			h := openHost(t, s.config(t.TempDir()))
			first := mustSync(t, h, host.SyncRequest{Wants: wanted(t, tt.before...)})
			if _, err := h.Install(t.Context(), pipeline.Request{Specs: []string{"extra"}}); err != nil {
				t.Fatal(err)
			}
			before := state(t, h)
			req := host.SyncRequest{Wants: wanted(t, tt.after...), Lock: first.Lock, PruneDropped: true, Plan: true}
			plan := mustSync(t, h, req)
			wantConflict(t, plan.Conflicts, tt.conflict)
			req.Plan = false
			r, err := h.Sync(t.Context(), req)
			if _, ok := errors.AsType[*registry.DependentsError](err); !ok || !errors.Is(err, pack.ErrDependency) {
				t.Errorf("got %v", err)
			}
			wantConflict(t, r.Failed, tt.conflict)
			if diff := cmp.Diff(steps(plan), steps(r)); diff != "" {
				t.Errorf("steps (-planned +got)\n%s", diff)
			}
			wantSteps(t, r, tt.steps...)
			if diff := cmp.Diff(before, state(t, h)); diff != "" {
				t.Errorf("a refused sync changed something (-want +got)\n%s", diff)
			}
			req.AllowBreak = []pack.Ref{"extra"}
			if r = mustSync(t, h, req); len(r.Conflicts) > 0 {
				t.Errorf("it may break: %v", r.Conflicts)
			}
		})
	}
}

func wantConflict(t *testing.T, got []pack.Failure, want string) {
	t.Helper()
	if len(got) != 1 || got[0].Ref != "log" || got[0].Code != pack.CodeDependencyConflict || got[0].Message != want {
		t.Errorf("got %+v, want %q", got, want)
	}
}
