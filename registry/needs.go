package registry

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/packtrain/pack"
)

// Dependents implements [PackReader].
func (tr tableReader) Dependents(ctx context.Context, ref pack.Ref) ([]Dependent, error) {
	dependents := []Dependent{}
	var damaged []error
	err := tr.look(ctx, func(t *table) error {
		t.findNeeds()
		for _, by := range slices.Sorted(maps.Keys(t.dependents[ref])) {
			for _, d := range t.dependents[ref][by] {
				dependents = append(dependents, Dependent{by, d})
			}
		}
		for _, by := range slices.Sorted(maps.Keys(t.dependents[damagedNeeds])) {
			damaged = append(damaged, &RecordError{by, errNeeds})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return dependents, errors.Join(damaged...)
}

// damagedNeeds stands for the packs that a pack depends on whose dependencies
// cannot be decoded. It is not a valid ref.
const damagedNeeds pack.Ref = ""

var errNeeds = pack.Errorf(pack.CodeStoreCorrupt, "its dependencies cannot be decoded")

// dependencies returns the dependencies of the pack.
func (r *row) dependencies() []pack.Dependency {
	needs, err := decode[[]pack.Dependency](r.needs)
	if err != nil {
		return []pack.Dependency{{Ref: damagedNeeds}}
	}
	return needs
}

// findNeeds notes the dependencies of all packs.
func (t *table) findNeeds() {
	if t.dependents != nil {
		return
	}
	t.dependents = map[pack.Ref]map[pack.Ref][]pack.Dependency{}
	for _, r := range t.packs {
		t.noteNeeds(r)
	}
}

// noteNeeds notes the dependencies of r, unless they were never asked for.
func (t *table) noteNeeds(r *row) {
	if t.dependents == nil {
		return
	}
	for _, d := range r.dependencies() {
		if t.dependents[d.Ref] == nil {
			t.dependents[d.Ref] = map[pack.Ref][]pack.Dependency{}
		}
		t.dependents[d.Ref][r.ref] = append(t.dependents[d.Ref][r.ref], d)
	}
}

// forgetNeeds forgets the dependencies that ref has now.
func (t *table) forgetNeeds(ref pack.Ref) {
	old := t.packs[ref]
	if old == nil || t.dependents == nil {
		return
	}
	for _, d := range old.dependencies() {
		delete(t.dependents[d.Ref], ref)
	}
}
