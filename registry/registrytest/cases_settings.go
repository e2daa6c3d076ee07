package registrytest

import (
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// setting returns an operation that replaces the settings of ref.
func setting(ref pack.Ref, s registry.Settings) registry.Operation {
	return registry.Operation{ID: operationID(), Settings: []registry.Setting{{Ref: ref, Settings: s}}}
}

// forgetting returns an operation that forgets generations of ref with the given numbers.
func forgetting(ref pack.Ref, numbers ...int) registry.Operation {
	f := registry.Forgetting{Ref: ref}
	for _, n := range numbers {
		f.Generations = append(f.Generations, generationName(n))
	}
	return registry.Operation{ID: operationID(), Forget: []registry.Forgetting{f}}
}

func settingsAreKept(t testing.TB, r registry.Records) {
	commit(t, r, activation(t, "demo", 1, "one"))
	commit(t, r, activation(t, "other", 1, "own"))
	other := stateOf(t, r, "other")
	want := stateOf(t, r, "demo")
	wantEqual(t, "settings of a new pack", registry.Settings{}, want.Record.Settings)
	_, next := changesAfter(t, r, registry.SinceNow)
	off := false
	op := dated(setting("demo", registry.Settings{
		Pinned: []string{generationName(1)}, Enabled: &off, Components: map[pack.ComponentRef]bool{"demo.one": false, "demo.gone": true},
	}), 3, "ann")
	for range 2 { // the second time changes nothing
		apply(t, r, op)
	}
	want.Record.Settings = op.Settings[0].Settings
	wantEqual(t, "state with settings", want, stateOf(t, r, "demo"))
	wantEqual(t, "another pack", other, stateOf(t, r, "other"))
	changes, _ := changesAfter(t, r, next)
	wantEqual(t, "changes", []registry.Change{change(op, moved(t, "demo", 1, 1))}, changes)

	upgraded := commit(t, r, activation(t, "demo", 2, "two"))
	wantEqual(t, "settings after an upgrade", want.Record.Settings, upgraded.Settings)
	apply(t, r, setting("demo", registry.Settings{}))
	wantEqual(t, "settings after they were emptied", registry.Settings{}, stateOf(t, r, "demo").Record.Settings)
	op.ID = operationID()
	apply(t, r, op)

	if err := remove(t.Context(), r, "demo", generationName(2)); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "settings after the pack was removed and installed", registry.Settings{}, commit(t, r, activation(t, "demo", 1)).Settings)
	_, err := r.Apply(t.Context(), setting("ghost", registry.Settings{}))
	wantError(t, "settings of a pack that is not installed", err, pack.ErrNotFound)
}

func forgottenGenerationsAreGone(t testing.TB, r registry.Records) {
	for n := 1; n <= 4; n++ {
		commit(t, r, activation(t, "demo", n, "one"))
	}
	commit(t, r, activation(t, "other", 1, "own"))
	back := activation(t, "demo", 2, "one")
	back.Previous = generationName(4)
	commit(t, r, back)
	other, want := stateOf(t, r, "other"), stateOf(t, r, "demo")
	_, next := changesAfter(t, r, registry.SinceNow)
	op := forgetting("demo", 1, 2, 3, 9)
	op.Forget = append(op.Forget, registry.Forgetting{Ref: "ghost", Generations: []string{generationName(1)}})
	for range 2 { // the second time changes nothing
		apply(t, r, op)
	}
	want.Generations = []registry.Generation{want.Generations[1], want.Generations[3]}
	wantEqual(t, "the active generation and the one that is not forgotten", want, stateOf(t, r, "demo"))
	wantEqual(t, "another pack", other, stateOf(t, r, "other"))
	changes, _ := changesAfter(t, r, next)
	wantEqual(t, "changes", 0, len(changes))

	again := activation(t, "demo", 1, "one")
	again.Previous = generationName(2)
	commit(t, r, again)
	wantEqual(t, "generations after a forgotten one was activated", []string{generationName(2), generationName(4), generationName(1)}, names(stateOf(t, r, "demo")))
}

func names(s state) []string {
	var names []string
	for i := range s.Generations {
		names = append(names, s.Generations[i].Name)
	}
	return names
}

func mentionsAreFound(t testing.TB, r registry.Records) {
	rule := pack.Component{
		Kind: pack.KindRule, Ref: "user.on_event", Name: "on_event", Spec: map[string]any{"action_ref": "lib_a.run"},
		Rule: &pack.Rule{TriggerRef: "core.event", ActionRef: "lib_a.run"},
	}
	user := activation(t, "user", 1, "own")
	user.Components = append(user.Components, rule)
	commit(t, r, user)
	commit(t, r, activation(t, "lib_a", 1, "run"))
	commit(t, r, activation(t, "other", 1, "run"))
	found := func() (refs []pack.ComponentRef) {
		t.Helper()
		components, err := r.Mentions(t.Context(), "lib_a")
		if err != nil {
			t.Fatal(err)
		}
		for i := range components {
			if c := &components[i]; c.Rule != nil || c.Ref.Pack() == "lib_a" {
				refs = append(refs, c.Ref)
			}
		}
		return refs
	}
	wantEqual(t, "mentions", []pack.ComponentRef{"lib_a.run", "user.on_event"}, found())
	commit(t, r, activation(t, "user", 2, "own"))
	wantEqual(t, "mentions after the rule is gone", []pack.ComponentRef{"lib_a.run"}, found())
}
