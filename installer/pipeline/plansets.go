package pipeline

import (
	"slices"

	"github.com/packtrain/pack"
)

// setsOf returns the packs that change together, as the registry finds them: those that
// need one that changes, unless validation is skipped, and those whose active version does
// not accept what one that they need changes to.
func (f *facts) setsOf(plan *Plan, needs map[pack.Ref][]pack.Dependency) [][]pack.Ref {
	s := newSets(plan)
	for _, ref := range s.refs {
		if !plan.Options.SkipValidation {
			for _, d := range needs[ref] {
				s.join(ref, d.Ref)
			}
		}
		if plan.Options.AllOrNothing {
			s.join(ref, s.refs[0])
		}
		for _, d := range f.active[ref].Manifest.Dependencies {
			if on := plan.step(d.Ref); on != nil && on.breaks(d) && !plan.mayBreak(ref) {
				s.join(ref, d.Ref)
			}
		}
	}
	return s.all()
}

// sets are packs divided into sets.
type sets struct {
	refs []pack.Ref            // all packs, ordered
	of   map[pack.Ref]pack.Ref // the first pack of the set of each
}

// newSets returns the packs of a plan that get other content, each alone.
func newSets(plan *Plan) *sets {
	s := &sets{of: map[pack.Ref]pack.Ref{}}
	for i := range plan.Steps {
		if step := &plan.Steps[i]; step.Action != PlanKeep && !step.leaves() {
			s.refs = append(s.refs, step.Ref)
			s.of[step.Ref] = step.Ref
		}
	}
	return s
}

// join makes one set of those of two packs, if both change.
func (s *sets) join(a, b pack.Ref) {
	a, b = s.of[a], s.of[b]
	if a == "" || b == "" {
		return
	}
	for ref, of := range s.of {
		if of == max(a, b) {
			s.of[ref] = min(a, b)
		}
	}
}

// all returns the sets, ordered by their first packs.
func (s *sets) all() [][]pack.Ref {
	all := [][]pack.Ref{}
	for _, first := range s.refs {
		members := slices.DeleteFunc(slices.Clone(s.refs), func(ref pack.Ref) bool { return s.of[ref] != first })
		if len(members) > 0 {
			all = append(all, members)
		}
	}
	return all
}
