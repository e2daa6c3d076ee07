package registrytest

import (
	"errors"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// A Damager is implemented by records under test that can make a record one
// that cannot be decoded, as one of another release might be. Records that do
// not implement it skip the case about that.
type Damager interface {
	registry.Records
	Damage(t testing.TB, ref pack.Ref)
}

func damagedRecordAffectsNoOther(t testing.TB, r registry.Records) {
	d, ok := r.(Damager)
	if !ok {
		t.Skip("the records do not implement Damager")
	}
	apply(t, r, set(activation(t, "bad", 1, "one"), activation(t, "good", 1, "one"), activation(t, "worse", 1)))
	want := stateOf(t, r, "good")
	d.Damage(t, "bad")
	d.Damage(t, "worse")

	_, err := r.Pack(t.Context(), "bad")
	wantError(t, "Pack", err, pack.ErrStore)
	if damaged, ok := errors.AsType[*registry.RecordError](err); !ok || damaged.Ref != "bad" {
		t.Fatalf("Pack: got error %v, want a RecordError of the pack", err)
	}
	records, err := r.Packs(t.Context())
	wantError(t, "Packs", err, pack.ErrStore)
	wantNamed(t, "Packs", err, "bad")
	wantNamed(t, "Packs", err, "worse")
	wantEqual(t, "the other packs", []registry.Record{want.Record}, records)
	active, err := r.Active(t.Context(), "bad")
	wantEqual(t, "active generation of the damaged pack", generationName(1), active)
	wantError(t, "Active", err, nil)
	names, err := r.ActiveGenerations(t.Context())
	wantEqual(t, "active generations, with those of damaged packs", map[pack.Ref]string{"bad": active, "good": active, "worse": active}, names)
	wantError(t, "ActiveGenerations", err, nil)
	wantEqual(t, "another pack", want, stateOf(t, r, "good"))

	fixed := activation(t, "bad", 2, "two")
	fixed.Previous = active
	wantEqual(t, "record that was replaced", fixed.Manifest, commit(t, r, fixed).Manifest)
	apply(t, r, removal("worse", generationName(1)))
	wantEqual(t, "packs", map[pack.Ref]string{"bad": generationName(2), "good": generationName(1)}, activeOf(t, r))
}

// A GenerationDamager is implemented by records under test that can make the data of a
// generation ones that cannot be decoded. Records that do not implement it skip the case
// about that.
type GenerationDamager interface {
	registry.Records
	DamageGeneration(t testing.TB, ref pack.Ref, name string)
}

func damagedGenerationAffectsNoOther(t testing.TB, r registry.Records) {
	d, ok := r.(GenerationDamager)
	if !ok {
		t.Skip("the records do not implement GenerationDamager")
	}
	for n := 1; n <= 4; n++ {
		commit(t, r, activation(t, "demo", n))
	}
	all := stateOf(t, r, "demo").Generations
	d.DamageGeneration(t, "demo", generationName(1))
	d.DamageGeneration(t, "demo", generationName(3))
	generations, err := r.Generations(t.Context(), "demo")
	wantEqual(t, "the other generations", []registry.Generation{all[1], all[3]}, generations)
	if damaged, ok := errors.AsType[*registry.RecordError](err); !ok || damaged.Ref != "demo" {
		t.Fatalf("Generations: got error %v, want a RecordError of the pack", err)
	}
	wantNamed(t, "Generations", err, generationName(1))
	wantNamed(t, "Generations", err, generationName(3))
	_, err = r.Pack(t.Context(), "demo")
	wantError(t, "Pack", err, nil)

	d.DamageGeneration(t, "demo", generationName(4))
	_, err = r.Pack(t.Context(), "demo")
	wantError(t, "Pack", err, pack.ErrStore)
	wantEqual(t, "active generation after it", generationName(5), commit(t, r, activation(t, "demo", 5)).Active.Name)
}

func wantNamed(t testing.TB, what string, err error, ref string) {
	t.Helper()
	if !strings.Contains(err.Error(), ref) {
		t.Fatalf("%s: the error does not name pack %s: %v", what, ref, err)
	}
}
