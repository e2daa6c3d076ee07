package registrytest

import (
	"context"
	"fmt"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

func refusedOperationLeavesNothing(t testing.TB, r registry.Records) {
	commit(t, r, activation(t, "demo", 1, "one"))
	want := stateOf(t, r, "demo")
	bad := activation(t, "demo", 2, "two", "three", "two")
	_, err := activate(t.Context(), r, bad)
	wantError(t, "Apply with the same component twice", err, pack.ErrConflict)
	wantEqual(t, "what is left of it", want, stateOf(t, r, "demo"))

	bad = activation(t, "fresh", 1, "two", "two")
	_, err = activate(t.Context(), r, bad)
	wantError(t, "first Apply with the same component twice", err, pack.ErrConflict)
	_, err = r.Pack(t.Context(), "fresh")
	wantError(t, "Pack after it", err, pack.ErrNotFound)
}

func componentRefsAreUnique(t testing.TB, r registry.Records) {
	commit(t, r, activation(t, "demo", 1, "one"))
	thief := activation(t, "thief", 1, "own")
	thief.Components = append(thief.Components, action("demo", "one"))
	_, err := activate(t.Context(), r, thief)
	wantError(t, "Apply with another pack's component", err, pack.ErrConflict)

	thief.Components[1].Kind = pack.KindTrigger
	commit(t, r, thief)
	thief = activation(t, "thief", 2)
	commit(t, r, thief)
	free := activation(t, "late", 1)
	free.Components = append(free.Components, action("thief", "own"))
	commit(t, r, free) // no longer in use
}

func removalRemovesEverything(t testing.TB, r registry.Records) {
	commit(t, r, activation(t, "demo", 1, "one"))
	commit(t, r, activation(t, "demo", 2, "one"))
	commit(t, r, activation(t, "other", 1, "one"))
	want := stateOf(t, r, "other")
	for range 2 { // the second time changes nothing
		if err := remove(t.Context(), r, "demo", generationName(2)); err != nil {
			t.Fatal(err)
		}
	}
	_, err := r.Pack(t.Context(), "demo")
	wantError(t, "Pack after the removal", err, pack.ErrNotFound)
	wantEqual(t, "another pack", want, stateOf(t, r, "other"))

	commit(t, r, activation(t, "demo", 1, "one"))
	wantEqual(t, "generations of the pack installed again", 1, len(stateOf(t, r, "demo").Generations))
}

func staleRemovalIsRefused(t testing.TB, r registry.Records) {
	commit(t, r, activation(t, "demo", 1))
	commit(t, r, activation(t, "demo", 2))
	err := remove(t.Context(), r, "demo", generationName(1))
	wantError(t, "removal of a generation that was replaced", err, pack.ErrConflict)
	stateOf(t, r, "demo")
}

func idsAreNeverReused(t testing.TB, r registry.Records) {
	commit(t, r, activation(t, "a", 1))
	last := commit(t, r, activation(t, "b", 1))
	if err := remove(t.Context(), r, "b", generationName(1)); err != nil {
		t.Fatal(err)
	}
	next := commit(t, r, activation(t, "b", 1))
	if next.ID <= last.ID {
		t.Fatalf("ID %d follows %d, which was given to a pack that is deleted", next.ID, last.ID)
	}
}

func hostileTextIsKept(t testing.TB, r registry.Records) {
	const nasty = "'; DROP TABLE packs; --\x01 \"$1 ?1 \u202e \U0001f4a9 %s"
	a := activation(t, "demo", 1, "one")
	a.Manifest.Label, a.Generation.Pin.Location = nasty, nasty
	a.Components[0].Description, a.Components[0].Name = nasty, nasty
	a.Components[0].Spec[nasty] = nasty
	commit(t, r, a)
	got := stateOf(t, r, "demo")
	wantEqual(t, "manifest", a.Manifest, got.Record.Manifest)
	wantEqual(t, "generation", a.Generation, got.Record.Active)
	wantEqual(t, "components", a.Components, got.Components)
}

func manyComponentsAreKept(t testing.TB, r registry.Records) {
	names := make([]string, 5000) // the most that a pack may have
	for i := range names {
		names[i] = fmt.Sprintf("action_%04d", len(names)-i)
	}
	a := activation(t, "demo", 1, names...)
	commit(t, r, a)
	got, err := r.Components(t.Context(), "demo")
	if err != nil {
		t.Fatal(err)
	}
	wantEqual(t, "components", a.Components, got)
}

// encodedComponentsAreKept activates components that are encoded already.
func encodedComponentsAreKept(t testing.TB, r registry.Records) {
	a := activation(t, "demo", 1, "one", "two")
	want := a.Components
	documents, err := registry.EncodeComponents(want)
	if err != nil {
		t.Fatal(err)
	}
	a.Components, a.Documents = nil, documents
	commit(t, r, a)
	wantEqual(t, "components", want, stateOf(t, r, "demo").Components)
	thief := activation(t, "thief", 1, "own")
	thief.Components = append(thief.Components, action("demo", "two"))
	_, err = activate(t.Context(), r, thief)
	wantError(t, "Apply with a component of documents", err, pack.ErrConflict)
}

func returnedValuesBelongToTheCaller(t testing.TB, r registry.Records) {
	a := activation(t, "demo", 1, "one")
	commit(t, r, a)
	a.Components[0].Spec["ref"] = "changed by the caller"
	a.Manifest.Config["url"] = "changed by the caller"
	got := stateOf(t, r, "demo")
	got.Components[0].Spec["ref"] = "changed by a reader"
	got.Record.Manifest.Config["url"] = "changed by a reader"
	got.Generations[0].Environments[0].Path = "changed by a reader"

	want, again := activation(t, "demo", 1, "one"), stateOf(t, r, "demo")
	wantEqual(t, "components", want.Components, again.Components)
	wantEqual(t, "manifest", want.Manifest, again.Record.Manifest)
	wantEqual(t, "generations", []registry.Generation{want.Generation}, again.Generations)
}

func cancelledContextChangesNothing(t testing.TB, r registry.Records) {
	commit(t, r, activation(t, "demo", 1))
	want := stateOf(t, r, "demo")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := activate(ctx, r, activation(t, "demo", 2))
	wantError(t, "Apply", err, context.Canceled)
	wantError(t, "removal", remove(ctx, r, "demo", generationName(1)), context.Canceled)
	_, err = r.Pack(ctx, "demo")
	wantError(t, "Pack", err, context.Canceled)
	_, err = r.Packs(ctx)
	wantError(t, "Packs", err, context.Canceled)
	_, err = r.Summaries(ctx)
	wantError(t, "Summaries", err, context.Canceled)
	_, err = r.Active(ctx, "demo")
	wantError(t, "Active", err, context.Canceled)
	_, err = r.Outcome(ctx, "op")
	wantError(t, "Outcome", err, context.Canceled)
	wantEqual(t, "state", want, stateOf(t, r, "demo"))
}
