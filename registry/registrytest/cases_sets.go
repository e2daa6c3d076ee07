package registrytest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

func set(activations ...registry.Activation) registry.Operation {
	return registry.Operation{ID: operationID(), Activate: activations}
}

func apply(t testing.TB, r registry.Records, op registry.Operation) []registry.Record {
	t.Helper()
	records, err := r.Apply(t.Context(), op)
	if err != nil {
		t.Fatalf("Apply of operation %s: %v", op.ID, err)
	}
	return records
}

// activeOf returns the packs with their active generations.
func activeOf(t testing.TB, r registry.Records) map[pack.Ref]string {
	t.Helper()
	records, err := r.Packs(t.Context())
	if err != nil {
		t.Fatalf("Packs: %v", err)
	}
	active := map[pack.Ref]string{}
	for _, rec := range records {
		active[rec.Ref] = rec.Active.Name
	}
	names, err := r.ActiveGenerations(t.Context())
	wantError(t, "ActiveGenerations", err, nil)
	wantEqual(t, "active generations", active, names)
	return active
}

func setsAreAppliedTogether(t testing.TB, r registry.Records) {
	first := apply(t, r, set(activation(t, "b", 1, "one"), activation(t, "a", 1, "one")))
	if len(first) != 2 || first[0].ID == first[1].ID {
		t.Fatalf("records of two new packs: %+v", first)
	}
	wantEqual(t, "records of the first set", []registry.Record{stateOf(t, r, "b").Record, stateOf(t, r, "a").Record}, first)

	op := set(activation(t, "c", 1), activation(t, "a", 2, "two"))
	op.Remove = []registry.Removal{{Ref: "b", Generation: generationName(1)}, {Ref: "ghost", Generation: generationName(1)}}
	second := apply(t, r, op)
	wantEqual(t, "records of the second set", []registry.Record{stateOf(t, r, "c").Record, stateOf(t, r, "a").Record}, second)
	wantEqual(t, "active generations", map[pack.Ref]string{"a": generationName(2), "c": generationName(1)}, activeOf(t, r))
	wantEqual(t, "components", activation(t, "a", 2, "two").Components, stateOf(t, r, "a").Components)

	// One of the set is active already.
	apply(t, r, set(activation(t, "a", 2, "two"), activation(t, "c", 2)))
	wantEqual(t, "active generations", map[pack.Ref]string{"a": generationName(2), "c": generationName(2)}, activeOf(t, r))
}

func conflictInOneLeavesAll(t testing.TB, r registry.Records) {
	apply(t, r, set(activation(t, "a", 1, "one"), activation(t, "b", 1, "one")))
	a, b := stateOf(t, r, "a"), stateOf(t, r, "b")
	fine, stale := activation(t, "a", 2, "two"), activation(t, "b", 3, "two")
	taken := activation(t, "b", 2, "two")
	taken.Components = append(taken.Components, action("a", "two"))
	for name, op := range map[string]registry.Operation{
		"stale second":         set(fine, stale),
		"stale first":          set(stale, fine),
		"stale removal":        {ID: operationID(), Activate: []registry.Activation{fine}, Remove: []registry.Removal{{Ref: "b", Generation: generationName(2)}}},
		"component of the set": set(fine, taken),
		"new pack and stale":   set(activation(t, "c", 1), stale),
	} {
		_, err := r.Apply(t.Context(), op)
		wantError(t, name, err, pack.ErrConflict)
		wantEqual(t, name+": pack a", a, stateOf(t, r, "a"))
		wantEqual(t, name+": pack b", b, stateOf(t, r, "b"))
		wantEqual(t, name+": packs", 2, len(activeOf(t, r)))
		wantOutcome(t, r, op.ID, false)
	}
}

// componentsMoveWithinASet lets a component go from one pack to another.
func componentsMoveWithinASet(t testing.TB, r registry.Records) {
	apply(t, r, set(activation(t, "a", 1, "shared"), activation(t, "b", 1)))
	giver, taker := activation(t, "a", 2), activation(t, "b", 2)
	taker.Components = append(taker.Components, action("a", "shared"))
	apply(t, r, set(taker, giver))
	wantEqual(t, "components of the taker", taker.Components, stateOf(t, r, "b").Components)
	wantEqual(t, "components of the giver", []pack.Component{}, stateOf(t, r, "a").Components)

	heir := activation(t, "c", 1)
	heir.Components = append(heir.Components, action("a", "shared"))
	_, err := r.Apply(t.Context(), set(heir))
	wantError(t, "Apply with a component that moved", err, pack.ErrConflict)
	op := set(heir)
	op.Remove = []registry.Removal{{Ref: "b", Generation: generationName(2)}}
	apply(t, r, op)
	wantEqual(t, "components of the heir", heir.Components, stateOf(t, r, "c").Components)
}

func repeatedOperationChangesNothing(t testing.TB, r registry.Records) {
	install := set(activation(t, "a", 1, "one"), activation(t, "b", 1))
	apply(t, r, install)
	commit(t, r, activation(t, "a", 2, "two"))
	want := stateOf(t, r, "a")
	records := apply(t, r, install)
	wantEqual(t, "records of an operation that is applied again", []registry.Record{want.Record, stateOf(t, r, "b").Record}, records)
	wantEqual(t, "state after it", want, stateOf(t, r, "a"))

	removed := removal("b", generationName(1))
	apply(t, r, removed)
	records = apply(t, r, install)
	wantEqual(t, "record of a pack that was removed since", registry.Record{}, records[1])
	wantEqual(t, "packs", map[pack.Ref]string{"a": generationName(2)}, activeOf(t, r))

	commit(t, r, activation(t, "b", 1))
	apply(t, r, removed)
	wantEqual(t, "packs", map[pack.Ref]string{"a": generationName(2), "b": generationName(1)}, activeOf(t, r))
}

func outcomeIsKnown(t testing.TB, r registry.Records) {
	op := set(activation(t, "a", 1))
	wantOutcome(t, r, op.ID, false)
	apply(t, r, op)
	wantOutcome(t, r, op.ID, true)
	wantOutcome(t, r, op.ID+"0", false)

	stale := set(activation(t, "a", 3))
	_, err := r.Apply(t.Context(), stale)
	wantError(t, "Apply of a stale operation", err, pack.ErrConflict)
	wantOutcome(t, r, stale.ID, false)

	for _, later := range []registry.Operation{set(activation(t, "a", 1)), removal("a", generationName(1)), removal("a", generationName(1))} {
		apply(t, r, later)
		wantOutcome(t, r, later.ID, true)
	}
	wantOutcome(t, r, op.ID, true)
}

func wantOutcome(t testing.TB, r registry.Records, id string, want bool) {
	t.Helper()
	got, err := r.Outcome(t.Context(), id)
	if err != nil || got != want {
		t.Fatalf("Outcome of operation %s: got %v, %v, want %v", id, got, err, want)
	}
}

func invalidOperationsAreRefused(t testing.TB, r registry.Records) {
	a := activation(t, "a", 1)
	nameless := a
	nameless.Generation.Name = ""
	for name, op := range map[string]registry.Operation{
		"no ID":           {Activate: []registry.Activation{a}},
		"long ID":         {ID: strings.Repeat("x", 129), Activate: []registry.Activation{a}},
		"no changes":      {ID: operationID()},
		"twice":           set(a, a),
		"and its removal": {ID: operationID(), Activate: []registry.Activation{a}, Remove: []registry.Removal{{Ref: "a"}}},
		"no generation":   set(nameless),
	} {
		_, err := r.Apply(t.Context(), op)
		wantError(t, name, err, pack.ErrInvalid)
		wantEqual(t, name+": packs", 0, len(activeOf(t, r)))
	}
	apply(t, r, registry.Operation{ID: strings.Repeat("x", 128), Activate: []registry.Activation{a}})
}

func manyGenerationsAreKept(t testing.TB, r registry.Records) {
	const most = 200
	want := make([]registry.Generation, most)
	for n := 1; n <= most; n++ {
		a := activation(t, "demo", n, fmt.Sprint("action_", n))
		want[n-1] = a.Generation
		commit(t, r, a)
	}
	got := stateOf(t, r, "demo")
	wantEqual(t, "generations", want, got.Generations)
	wantEqual(t, "active generation", want[most-1], got.Record.Active)
	wantEqual(t, "components", 1, len(got.Components))
}
