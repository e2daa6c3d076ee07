package registrytest

import (
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

func unknownPackIsNotFound(t testing.TB, r registry.Records) {
	ctx := t.Context()
	_, err := r.Pack(ctx, "ghost")
	wantError(t, "Pack", err, pack.ErrNotFound)
	_, err = r.Active(ctx, "ghost")
	wantError(t, "Active", err, pack.ErrNotFound)
	_, err = r.Components(ctx, "ghost")
	wantError(t, "Components", err, pack.ErrNotFound)
	_, err = r.Generations(ctx, "ghost")
	wantError(t, "Generations", err, pack.ErrNotFound)
	if err := remove(ctx, r, "ghost", "000001"); err != nil {
		t.Fatalf("removal of what is not there: %v", err)
	}
}

func emptyRecordsListNothing(t testing.TB, r registry.Records) {
	got, err := r.Packs(t.Context())
	if err != nil || len(got) != 0 {
		t.Fatalf("Packs: got %v, %v", got, err)
	}
}

func activationIsReadBack(t testing.TB, r registry.Records) {
	a := activation(t, "demo", 1, "one", "two")
	returned := commit(t, r, a)
	if returned.ID <= 0 {
		t.Fatalf("ID is %d, want a positive one", returned.ID)
	}
	want := state{
		Record: registry.Record{
			ID: returned.ID, Ref: "demo", Active: a.Generation, Manifest: a.Manifest,
			Installed: a.Time, Updated: a.Time,
		},
		Components:  a.Components,
		Generations: []registry.Generation{a.Generation},
	}
	wantEqual(t, "what Apply returned", want.Record, returned)
	wantEqual(t, "what was read", want, stateOf(t, r, "demo"))

	none := activation(t, "none", 1)
	none.Components, none.Generation.Tests, none.Generation.Pin = nil, nil, pack.Pin{}
	commit(t, r, none)
	got := stateOf(t, r, "none")
	if got.Components == nil || len(got.Components) != 0 {
		t.Fatalf("Components of a pack without any: got %#v, want an empty list", got.Components)
	}
	wantEqual(t, "generation without tests and pin", none.Generation, got.Record.Active)
}

func packsAreOrderedByRef(t testing.TB, r registry.Records) {
	for _, ref := range []pack.Ref{"b", "c_d", "a", "c-d", "c"} {
		commit(t, r, activation(t, ref, 1))
	}
	records, err := r.Packs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []pack.Ref
	for _, rec := range records {
		wantEqual(t, "record in the list", stateOf(t, r, rec.Ref).Record, rec)
		got = append(got, rec.Ref)
	}
	wantEqual(t, "order", []pack.Ref{"a", "b", "c", "c-d", "c_d"}, got)
	summariesOf(t, r)
}

func upgradeReplacesComponents(t testing.TB, r registry.Records) {
	commit(t, r, activation(t, "demo", 1, "gone", "kept"))
	commit(t, r, activation(t, "other", 1, "own"))
	next := activation(t, "demo", 2, "kept", "new")
	commit(t, r, next)

	got := stateOf(t, r, "demo")
	wantEqual(t, "components", next.Components, got.Components)
	wantEqual(t, "active generation", next.Generation, got.Record.Active)
	wantEqual(t, "manifest", next.Manifest, got.Record.Manifest)
	wantEqual(t, "generations", []registry.Generation{generation(t, 1), next.Generation}, got.Generations)
	wantEqual(t, "components of another pack", 1, len(stateOf(t, r, "other").Components))
}

func upgradeKeepsIDAndInstalled(t testing.TB, r registry.Records) {
	first := commit(t, r, activation(t, "demo", 1))
	second := commit(t, r, activation(t, "demo", 2))
	wantEqual(t, "ID", first.ID, second.ID)
	wantEqual(t, "Installed", day(1), second.Installed)
	wantEqual(t, "Updated", day(2), second.Updated)
	wantEqual(t, "record", second, stateOf(t, r, "demo").Record)
}

func rollBackAddsNoGeneration(t testing.TB, r registry.Records) {
	first := activation(t, "demo", 1, "one")
	commit(t, r, first)
	commit(t, r, activation(t, "demo", 2, "two"))
	back := first
	back.Previous, back.Time = generationName(2), day(3)
	commit(t, r, back)

	got := stateOf(t, r, "demo")
	wantEqual(t, "active generation", first.Generation, got.Record.Active)
	wantEqual(t, "components", first.Components, got.Components)
	wantEqual(t, "generations", []registry.Generation{first.Generation, activation(t, "demo", 2).Generation}, got.Generations)
}

func activatingTwiceChangesNothing(t testing.TB, r registry.Records) {
	commit(t, r, activation(t, "demo", 1, "one"))
	a := activation(t, "demo", 2, "two")
	commit(t, r, a)
	want := stateOf(t, r, "demo")
	a.Time = day(9)
	wantEqual(t, "what the second Apply returned", want.Record, commit(t, r, a))
	wantEqual(t, "what was read after it", want, stateOf(t, r, "demo"))
}

func staleActivationIsRefused(t testing.TB, r registry.Records) {
	first, second, third := activation(t, "demo", 1), activation(t, "demo", 2), activation(t, "demo", 3)
	_, err := activate(t.Context(), r, second)
	wantError(t, "Apply after a generation that never was", err, pack.ErrConflict)
	commit(t, r, first)
	commit(t, r, second)
	third.Previous = generationName(1)
	_, err = activate(t.Context(), r, third)
	wantError(t, "Apply after a generation that was replaced", err, pack.ErrConflict)
	third.Previous = ""
	_, err = activate(t.Context(), r, third)
	wantError(t, "Apply as a new pack", err, pack.ErrConflict)
	wantEqual(t, "active generation", second.Generation, stateOf(t, r, "demo").Record.Active)
}
