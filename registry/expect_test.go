package registry_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// TestExpectedGenerations: a request that expects other generations than are active, of
// its packs or of those that they need, changes nothing, and says which one differs.
func TestExpectedGenerations(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		expect func(app, lib string) map[pack.Ref]string
		want   string // of the error, "" for none
	}{
		"nothing":      {func(_, _ string) map[pack.Ref]string { return nil }, ""},
		"what is true": {func(app, lib string) map[pack.Ref]string { return map[pack.Ref]string{"app": app, "lib": lib} }, ""},
		"another pack": {func(_, _ string) map[pack.Ref]string { return map[pack.Ref]string{"free": "000001-0"} }, ""},
		"another generation of the pack": {
			func(_, _ string) map[pack.Ref]string { return map[pack.Ref]string{"app": "000009-0"} }, "not \"000009-0\" as expected",
		},
		"no generation of the pack": {
			func(_, _ string) map[pack.Ref]string { return map[pack.Ref]string{"app": ""} }, "was expected not to be",
		},
		"another generation of what it needs": {
			func(_, _ string) map[pack.Ref]string { return map[pack.Ref]string{"lib": "000009-0"} }, "pack lib has active generation",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newRoot(t).open(t)
			first := register(t, s, "", write(t, simplePack("lib", "1.0.0")), write(t, simplePack("app", "1.0.0").needing("lib@^1")))
			app := first[1].Generation
			rep, err := s.Register(t.Context(), registry.Request{
				Paths: []string{write(t, simplePack("app", "2.0.0").needing("lib@^1"))}, Replace: registry.ReplaceUpgrade,
				Expect: tt.expect(app, first[0].Generation),
			})
			if tt.want == "" {
				if err != nil {
					t.Errorf("got %v", err)
				}
				return
			}
			if !errors.Is(err, pack.ErrConflict) || !strings.Contains(err.Error(), tt.want) || len(rep.Failed) != 1 {
				t.Errorf("got %v, %+v, want %q", err, rep, tt.want)
			}
			if d, err := s.Show(t.Context(), "app"); err != nil || d.Active.Name != app {
				t.Errorf("it was refused, and %s is active, not %s: %v", d.Active.Name, app, err)
			}
		})
	}
}

// TestExpectedToBeInstalled: a pack that was removed meanwhile is not installed anew.
func TestExpectedToBeInstalled(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	_, err := s.Register(t.Context(), registry.Request{Paths: []string{write(t, simplePack("app", "2.0.0"))}, Expect: map[pack.Ref]string{"app": "000001-0"}})
	if !errors.Is(err, pack.ErrConflict) || !strings.Contains(err.Error(), "pack app is not installed") {
		t.Errorf("got %v", err)
	}
}

// TestBrokenDependentsDoNotStopARemoval: a pack that does not accept the active version of
// another one loses nothing when that is removed, as when it is replaced.
func TestBrokenDependentsDoNotStopARemoval(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	register(t, s, "", write(t, simplePack("lib", "1.0.0")), write(t, simplePack("app", "1.0.0").needing("lib@^1")), write(t, simplePack("tool", "1.0.0").needing("lib@>=1")))
	if _, err := s.Register(t.Context(), registry.Request{
		Paths: []string{write(t, simplePack("lib", "2.0.0"))}, Replace: registry.ReplaceUpgrade, AllowBreak: []pack.Ref{"app"},
	}); err != nil {
		t.Fatal(err)
	}
	refused, ok := errors.AsType[*registry.DependentsError](s.Remove(t.Context(), "lib", nil))
	if !ok || len(refused.Dependents) != 1 || refused.Dependents[0].Ref != "tool" {
		t.Errorf("got %v, want tool alone", refused)
	}
	if err := s.Remove(t.Context(), "tool", nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(error(nil), s.Remove(t.Context(), "lib", nil)); diff != "" {
		t.Error(diff)
	}
}
