package registry_test

import (
	"errors"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// enabled returns whether the pack demo and its action run are enabled.
func enabled(t *testing.T, s registry.Catalog) (pack, action bool) {
	t.Helper()
	p, err := s.Show(t.Context(), "demo")
	if err != nil {
		t.Fatal(err)
	}
	return p.Enabled(), p.ComponentEnabled(&p.Components[0])
}

func TestOverridesAreKept(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	publish(t, s, "1.0.0")
	want := func(what string, wantPack, wantAction bool) {
		t.Helper()
		if gotPack, gotAction := enabled(t, s); gotPack != wantPack || gotAction != wantAction {
			t.Errorf("%s: pack %v, action %v, want %v, %v", what, gotPack, gotAction, wantPack, wantAction)
		}
	}
	set := func(component pack.ComponentRef, enabled bool) {
		t.Helper()
		if err := s.SetEnabled(registry.WithActor(t.Context(), "ann"), "demo", component, enabled); err != nil {
			t.Fatal(err)
		}
	}
	want("at first", true, true)
	set("demo.run", false)
	want("a component is disabled", true, false)
	publish(t, s, "2.0.0")
	want("after an upgrade", true, false)
	set("", false)
	set("demo.run", true)
	want("the pack is disabled", false, false)
	if _, err := s.RollBack(t.Context(), "demo", nil); err != nil {
		t.Fatal(err)
	}
	want("after a rollback", false, false)
	batch, err := s.Changes(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	set("", true)
	set("", true) // changes nothing
	want("enabled again", true, true)
	feed, err := s.Changes(t.Context(), batch.Next)
	if err != nil || len(feed.Changes) != 1 || feed.Changes[0].Actor != "ann" || feed.Changes[0].Packs[0].From.Name != feed.Changes[0].Packs[0].To.Name {
		t.Errorf("changes: %+v, %v", feed, err)
	}
	if err := s.Remove(t.Context(), "demo", nil); err != nil {
		t.Fatal(err)
	}
	publish(t, s, "1.0.0")
	want("after the pack was removed and installed", true, true)
	for ref, component := range map[pack.Ref]pack.ComponentRef{"demo": "demo.none", "ghost": ""} {
		if err := s.SetEnabled(t.Context(), ref, component, false); !errors.Is(err, pack.ErrNotFound) {
			t.Errorf("%s, component %q: got %v", ref, component, err)
		}
	}
}

// TestOverrideOfWhatIsDisabled enables what a pack disables itself.
func TestOverrideOfWhatIsDisabled(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	p := simplePack("demo", "1.0.0")
	p["pack.yaml"] += "enabled: false\n"
	p["actions/run.yaml"] += "enabled: false\n"
	register(t, s, "", write(t, p))
	if pack, action := enabled(t, s); pack || action {
		t.Errorf("at first: pack %v, action %v", pack, action)
	}
	for _, component := range []pack.ComponentRef{"", "demo.run"} {
		if err := s.SetEnabled(t.Context(), "demo", component, true); err != nil {
			t.Fatal(err)
		}
	}
	if pack, action := enabled(t, s); !pack || !action {
		t.Errorf("enabled: pack %v, action %v", pack, action)
	}
}
