package pipeline_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/internal/worldtest"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
)

// other does something to the root of a site as another process does: not by its pipeline.
func (s *site) other(t *testing.T, id string) {
	t.Helper()
	dir := onDisk(t, s.Content[id])
	if _, err := s.store.Register(t.Context(), registry.Request{Paths: []string{dir}, Replace: registry.ReplaceAny}); err != nil {
		t.Error(err)
	}
}

// TestChangeWhilePlanIsApplied: what others change after the plan was compared with the
// root, such as during the tests of its packs, is noticed when the packs become active.
func TestChangeWhilePlanIsApplied(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(t *testing.T, s *site)
		req    pipeline.Request
		want   string
	}{
		"the pack": {
			func(t *testing.T, s *site) { t.Helper(); s.other(t, "app@1.5.0") },
			pipeline.Request{Specs: []string{"app@=1.2.0"}, Replace: registry.ReplaceAny},
			"pack app has active generation",
		},
		"what it needs": {
			func(t *testing.T, s *site) { t.Helper(); s.other(t, "log@1.1.0") },
			pipeline.Request{Specs: []string{"app@=1.2.0"}},
			"pack log has active generation",
		},
		"a pack that stays": {
			func(t *testing.T, s *site) { t.Helper(); s.other(t, "free@2.0.0") },
			pipeline.Request{Specs: []string{"free@^1"}, Replace: registry.ReplaceAny},
			"free",
		},
		"a pack to remove": {
			func(t *testing.T, s *site) { t.Helper(); s.other(t, "free@2.0.0") },
			pipeline.Request{Specs: []string{"new"}, Remove: []pack.Ref{"free"}},
			"pack free has active generation",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, "log@1.0.0:", "log@1.1.0:", "app@1.0.0: log@^1", "app@1.2.0: log@^1", "app@1.5.0: log@^1", "free@1.0.0:", "free@2.0.0:", "new@1.0.0:")
			s.install(t, "log@1.0.0", "app@1.0.0", "free@1.0.0")
			plan := s.plan(t, tt.req)
			var changed map[pack.Ref]installed
			s.before.hook = func() { tt.change(t, s); changed = s.state(t) }
			_, err := s.Apply(t.Context(), through(t, plan), nil)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
			after := s.state(t)
			delete(after, "new")
			if diff := cmp.Diff(changed, after); diff != "" {
				t.Errorf("what the other process installed is replaced:\n%s", diff)
			}
		})
	}
}

// TestChangeWhilePlanIsMade: a plan is about the state that versions were chosen for. What
// others change while content is downloaded makes it stale.
func TestChangeWhilePlanIsMade(t *testing.T) {
	t.Parallel()
	s := newSite(t, "log@1.0.0:", "log@1.1.0:", "app@1.0.0: log@^1", "app@1.2.0: log@^1", "app@1.5.0: log@^1")
	s.install(t, "log@1.0.0", "app@1.0.0")
	s.OnFetch = func(context.Context, pack.Pin) error {
		s.OnFetch = nil
		s.other(t, "app@1.5.0")
		return nil
	}
	plan := s.plan(t, pipeline.Request{Specs: []string{"app@=1.2.0"}, Replace: registry.ReplaceAny})
	if got := actions(plan); !slices.Contains(got, "upgrade app 1.2.0") {
		t.Errorf("got %v", got)
	}
	before := s.state(t)
	if _, err := s.Apply(t.Context(), plan, nil); !isStale(err) || !cmp.Equal(before, s.state(t)) {
		t.Errorf("got %v, %v", err, s.state(t))
	}
}

func isStale(err error) bool {
	_, stale := errors.AsType[*pipeline.StaleError](err)
	return stale
}

// TestPlanSaysWhatMayNotBeReplaced: what the registry would refuse to replace is a conflict
// of the plan, and fails an installation before its environments are built.
func TestPlanSaysWhatMayNotBeReplaced(t *testing.T) {
	t.Parallel()
	for replace, specs := range map[registry.Replace][]string{
		registry.ReplaceUpgrade: {"/src/again", "/src/older"}, registry.ReplaceNever: {"/src/again", "/src/older", "/src/newer", "app"},
	} {
		for _, spec := range specs {
			s := newSite(t, "app@1.0.0:", "app@2.0.0:")
			s.install(t, "app@=1.0.0")
			s.Add("/src/again", worldtest.Files("app@1.0.0", "more", ""))
			s.Add("/src/older", worldtest.Files("app@0.9.0"))
			s.Add("/src/newer", worldtest.Files("app@3.0.0"))
			plan := s.plan(t, pipeline.Request{Specs: []string{spec}, Replace: replace})
			if len(plan.Conflicts) != 1 || len(plan.Steps) > 0 || !strings.Contains(plan.Conflicts[0].Message, "is installed") {
				t.Errorf("%s, replacing %s: %v %v", spec, replace, actions(plan), plan.Conflicts)
			}
			s.before.hook = func() { t.Errorf("%s, replacing %s: it came as far as the tests", spec, replace) }
			_, err := s.Install(t.Context(), pipeline.Request{Specs: []string{spec}, Replace: replace})
			if refused := (*registry.ReplaceError)(nil); !errors.As(err, &refused) {
				t.Errorf("%s, replacing %s: %v", spec, replace, err)
			}
		}
	}
}

// TestPlanOfDependentsThatGo: a pack may be replaced that another one needs as it was, if
// that is removed by the same plan.
func TestPlanOfDependentsThatGo(t *testing.T) {
	t.Parallel()
	s := newSite(t, "log@1.0.0:", "log@2.0.0:", "app@1.0.0: log@^1")
	s.install(t, "app")
	plan := s.plan(t, pipeline.Request{Specs: []string{"log"}, Remove: []pack.Ref{"app"}})
	if _, err := s.Apply(t.Context(), through(t, plan), nil); err != nil {
		t.Fatal(err)
	}
	if got := s.state(t); len(got) != 1 || got["log"].Version != "2.0.0" {
		t.Errorf("got %v", got)
	}
}

// TestSetsOfAPlan: packs of which one needs the other as it was change together, also if
// the new one does not need it any more.
func TestSetsOfAPlan(t *testing.T) {
	t.Parallel()
	s := newSite(t, "log@1.0.0:", "log@2.0.0:", "app@1.0.0: log@^1", "app@2.0.0:")
	s.install(t, "app@^1")
	plan := s.plan(t, pipeline.Request{Specs: []string{"app", "log"}})
	if diff := cmp.Diff([][]pack.Ref{{"app", "log"}}, plan.Sets); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// A damagedCatalog has a pack whose record cannot be decoded.
type damagedCatalog struct {
	registry.Catalog
	ref pack.Ref
}

func (c damagedCatalog) List(ctx context.Context) ([]registry.ActivePack, error) {
	packs, err := c.Catalog.List(ctx)
	packs = slices.DeleteFunc(packs, func(p registry.ActivePack) bool { return p.Ref == c.ref })
	return packs, errors.Join(err, &registry.RecordError{Ref: c.ref, Err: errors.New("damaged")})
}

// TestPlanBesideADamagedRecord: the damaged record of one pack concerns plans for that pack
// alone.
func TestPlanBesideADamagedRecord(t *testing.T) {
	t.Parallel()
	s := newSite(t, "bad@1.0.0:", "bad@2.0.0:", "app@1.0.0:", "app@2.0.0:")
	s.install(t, "bad@=1.0.0", "app@=1.0.0")
	s.catalog = func(c registry.Catalog) registry.Catalog { return damagedCatalog{c, "bad"} }
	s.reopen(t)
	if _, err := s.Apply(t.Context(), through(t, s.plan(t, pipeline.Request{Specs: []string{"app"}})), nil); err != nil || s.state(t)["app"].Version != "2.0.0" {
		t.Errorf("another pack: got %v, %v", err, s.state(t))
	}
	for _, req := range []pipeline.Request{{Specs: []string{"bad"}}, {Remove: []pack.Ref{"bad"}}} {
		plan := s.plan(t, req)
		if len(plan.Conflicts) != 1 || plan.Conflicts[0].Code != pack.CodeStoreCorrupt || len(plan.Steps) > 0 {
			t.Errorf("%v: got %v, %v", req, actions(plan), plan.Conflicts)
		}
	}
}
