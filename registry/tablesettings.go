package registry

import (
	"encoding/json"
	"slices"

	"github.com/packtrain/pack"
)

// planSettings adds the new settings of op, and the generations that it forgets, to d.
func (t *table) planSettings(d *delta, op *Operation) error {
	for i := range op.Settings {
		s := &op.Settings[i]
		if t.packs[s.Ref] == nil {
			return &NotInstalledError{Ref: s.Ref}
		}
		data, err := json.Marshal(s.Settings)
		if err != nil {
			return pack.Errorf(pack.CodeInvalidRequest, "encode settings of pack %s: %w", s.Ref, err)
		}
		d.settings = append(d.settings, configRow{s.Ref, data})
	}
	for _, f := range op.Forget {
		if t.packs[f.Ref] != nil {
			d.forget = append(d.forget, Forgetting{f.Ref, slices.Clone(f.Generations)})
		}
	}
	return nil
}

// mergeSettings applies what d changes of packs beside their generations and removals.
func (t *table) mergeSettings(d *delta) {
	for _, s := range d.settings {
		t.amend(s.ref, func(r *row) { r.settings = s.data })
	}
	for _, f := range d.forget {
		t.amend(f.Ref, func(r *row) {
			kept := slices.Clone(r.generations)
			r.generations = slices.DeleteFunc(kept, func(g generationRow) bool {
				return g.name != r.active && slices.Contains(f.Generations, g.name)
			})
		})
	}
}

// amend replaces the row of ref, if there is one, by a copy that change has changed.
func (t *table) amend(ref pack.Ref, change func(*row)) {
	if old := t.packs[ref]; old != nil {
		next := *old
		change(&next)
		t.packs[ref] = &next
	}
}
