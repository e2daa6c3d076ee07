package deps

import (
	"cmp"
	"errors"
	"maps"
	"slices"

	"github.com/packtrain/pack"
)

// resolution reports a selection.
func (s *search) resolution(chosen selection) *Resolution {
	res := &Resolution{Choices: []Choice{}, Dropped: []Dropped{}}
	all := map[pack.Ref]bool{}
	for i := range s.wants {
		w := &s.wants[i]
		if w.err != nil {
			res.Dropped = append(res.Dropped, Dropped{Want: i, Stage: stageOf(w), Err: w.err})
			continue
		}
		maps.Copy(all, chosen.reach(w.ref()))
	}
	for ref, c := range chosen {
		if k := s.packs[ref]; k.installed != nil && k.installed.Version != c.Version {
			maps.Copy(all, chosen.reach(ref))
		}
	}
	refs := slices.Sorted(maps.Keys(all))
	requiredBy := map[pack.Ref][]pack.Ref{}
	for _, by := range refs {
		for _, d := range chosen[by].Dependencies {
			if list := requiredBy[d.Ref]; len(list) == 0 || list[len(list)-1] != by {
				requiredBy[d.Ref] = append(list, by)
			}
		}
	}
	for _, component := range chosen.graph(refs).components() {
		for _, ref := range component {
			res.Choices = append(res.Choices, s.choice(chosen, requiredBy[ref], ref))
		}
	}
	return res
}

// stageOf returns the stage at which a want failed.
func stageOf(w *want) pack.Stage {
	u, unsolvable := errors.AsType[*Unsolvable](w.err)
	if unsolvable && len(u.Demands) > 1 || !unsolvable && w.blamed {
		return pack.StageDependencies
	}
	return pack.StageDownload
}

// graph has the given packs. It does not depend on the order of dependencies.
func (c selection) graph(refs []pack.Ref) graph {
	g := graph{nodes: refs, needs: map[pack.Ref][]pack.Ref{}}
	for _, ref := range refs {
		for _, d := range c[ref].Dependencies {
			if _, chosen := c[d.Ref]; chosen {
				g.needs[ref] = append(g.needs[ref], d.Ref)
			}
		}
		slices.Sort(g.needs[ref])
	}
	return g
}

// choice reports one pack, which the packs in by need.
func (s *search) choice(chosen selection, by []pack.Ref, ref pack.Ref) Choice {
	k := s.packs[ref]
	c := Choice{Candidate: chosen[ref], Before: k.installed, RequiredBy: append([]pack.Ref{}, by...)}
	offered := k.fixed != nil || slices.ContainsFunc(k.candidates, func(o pack.Candidate) bool { return o.Version == c.Version })
	c.Kept = s.stays(c.Candidate) || k.installed != nil && !offered
	constraints := []pack.Constraint{}
	for i := range s.wants {
		if w := &s.wants[i]; w.err == nil && w.ref() == ref {
			c.Wants, c.Held = append(c.Wants, i), cmp.Or(c.Held, w.held)
			constraints = append(constraints, w.Constraint)
		}
	}
	if !c.Kept && k.fixed == nil && len(k.excluded) > 0 {
		c.PassedOver = k.passedOver(c.Candidate, append(constraints, needs(chosen, by, ref)...))
	}
	return c
}

// needs returns the constraints that chosen packs have for ref.
func needs(chosen selection, by []pack.Ref, ref pack.Ref) (constraints []pack.Constraint) {
	for _, b := range by {
		for _, d := range chosen[b].Dependencies {
			if d.Ref == ref {
				constraints = append(constraints, d.Constraint)
			}
		}
	}
	return constraints
}

// passedOver returns the versions that would have been preferred to the chosen one,
// and that all constraints allow.
func (k *known) passedOver(chosen pack.Candidate, constraints []pack.Constraint) []pack.Candidate {
	var over []pack.Candidate
	for _, c := range k.excluded {
		forbids := func(constraint pack.Constraint) bool { return !constraint.Allows(c.Version) }
		if c.Version.IsZero() || Preferred(c, chosen) < 0 && !slices.ContainsFunc(constraints, forbids) {
			over = append(over, c)
		}
	}
	return over
}
