package deps_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack/deps"
)

// TestFewestReplaced: a choice that replaces several installed packs is taken only after
// the other versions of all installed packs were looked up, because no proof asks for
// those of g: lib 1.0.0 replaces four packs, and lib 2.0.0 three.
func TestFewestReplaced(t *testing.T) {
	t.Parallel()
	w := newTraced(t,
		"app@1.0.0: lib", "lib@1.0.0: b@>=2", "lib@2.0.0: c@^2",
		"b@2.0.0:", "b@3.0.0:", "b@4.0.0:", "a@2.0.0: f@^2, h@^2", "f@2.0.0: b@!=3", "h@2.0.0: b@!=4",
		"c@2.0.0: e@^2", "e@2.0.0: g@^2", "g@2.0.0:",
		"installed a@1.0.0: b@!=2", "installed b@1.0.0:", "installed f@1.0.0: b@!=3", "installed h@1.0.0: b@!=4",
		"installed c@1.0.0:", "installed e@1.0.0:", "installed g@1.0.0:")
	res, err := deps.Resolve(t.Context(), w, wants("app"), nil)
	want := []string{
		"chosen: g@2.0.0, in place of 1.0.0, for [e]", "chosen: e@2.0.0, in place of 1.0.0, for [c]", "chosen: c@2.0.0, in place of 1.0.0, for [lib]",
		"chosen: lib@2.0.0, for [app]", "chosen: app@1.0.0",
	}
	if diff := cmp.Diff(want, resolved(res, err)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestInstalledReleaseStays: the installed release of a pack that a want names is better than
// a listed pre-release, also if no index lists it any more and another installed pack has to
// be replaced for it.
func TestInstalledReleaseStays(t *testing.T) {
	t.Parallel()
	w := newTraced(t, "app@3.0.0-rc.1:", "lib@2.0.0:", "installed app@2.0.0: lib@>=2", "installed lib@1.0.0:")
	res, err := deps.Resolve(t.Context(), w, wants("app"), nil)
	want := []string{"chosen: lib@2.0.0, in place of 1.0.0, for [app]", "chosen: app@2.0.0, as it is installed"}
	if diff := cmp.Diff(want, resolved(res, err)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
