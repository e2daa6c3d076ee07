package pipeline

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// complete adds to a plan with all its steps what follows from them.
func (f *facts) complete(ctx context.Context, r *run, plan *Plan) error {
	needs := map[pack.Ref][]pack.Dependency{}
	for _, p := range r.going() {
		needs[p.ID.Ref] = needsIn(p)
	}
	for ref, ds := range needs {
		for _, d := range ds {
			if s := plan.step(d.Ref); s != nil && s.Action == PlanRemove {
				plan.conflict(pack.CodeDependencyConflict, ref, "it needs %s, which is to be removed", d)
			}
		}
	}
	plan.Warnings = append(plan.Warnings, f.warnings...)
	f.dependents(plan)
	f.unmet(plan)
	plan.Sets = f.setsOf(plan, needs)
	plan.Reads = f.reads(plan, needs)
	f.owners(plan)
	return f.references(ctx, plan)
}

// dependents lists the installed packs that need one that changes. Those that will lose
// what they need are conflicts, unless they may.
func (f *facts) dependents(plan *Plan) {
	for _, by := range f.order {
		for _, d := range f.active[by].Manifest.Dependencies {
			if !plan.changes(d.Ref) || plan.changes(by) {
				continue
			}
			s := plan.step(d.Ref)
			ok := s.To != nil && d.Constraint.AllowsPresent(s.To.Version)
			plan.Dependents = append(plan.Dependents, PlanDependent{Ref: d.Ref, By: by, Constraint: d.Constraint, OK: ok})
			switch {
			case !s.breaks(d):
			case plan.mayBreak(by):
				plan.warn("", by, "it needs %s, which it will not have", d)
			default:
				plan.conflict(pack.CodeDependencyConflict, by, "it needs %s, which it would not have; change it too, or allow it to break", d)
			}
		}
	}
}

// breaks reports whether the step leaves a dependency on its pack unmet that is met now.
func (s *PlanStep) breaks(d pack.Dependency) bool {
	to := pack.Version{}
	if s.To != nil {
		to = s.To.Version
	}
	return s.From != nil && d.BrokenBy(s.From.Version, to)
}

// mayBreak reports whether the dependencies of a pack may be left unmet.
func (p *Plan) mayBreak(ref pack.Ref) bool {
	return slices.Contains(p.Options.AllowBreak, ref) || slices.Contains(p.Options.AllowBreak, registry.AnyDependent)
}

// owners notes components that would have the ref of one of another pack.
func (f *facts) owners(plan *Plan) {
	owner := map[PlanComponent]pack.Ref{}
	for ref, cs := range f.components {
		for i := range cs {
			name := PlanComponent{Kind: cs[i].Kind, Ref: cs[i].Ref}
			if _, gone := f.gone[name.Ref]; !gone || !plan.changes(ref) {
				owner[name] = ref
			}
		}
	}
	for _, c := range slices.Sorted(maps.Keys(f.added)) {
		for _, by := range f.added[c] {
			name := PlanComponent{Kind: by.kind, Ref: c}
			if other, ok := owner[name]; ok && other != by.ref {
				plan.conflict(pack.CodeConflict, by.ref, "its component %s has the ref of one of pack %s", c, other)
			}
			owner[name] = by.ref
		}
	}
}

// references warns of components of packs that stay and name one that disappears.
func (f *facts) references(ctx context.Context, plan *Plan) error {
	if len(f.gone) == 0 {
		return nil
	}
	for _, ref := range f.order {
		if plan.changes(ref) {
			continue
		}
		cs, err := f.componentsOf(ctx, ref)
		if err != nil {
			return err
		}
		for i := range cs {
			for _, named := range names(&cs[i]) {
				if kind, gone := f.gone[named]; gone {
					plan.warn("", ref, "%s names %s, one of the %s that disappear", cs[i].Ref, named, kind)
				}
			}
		}
	}
	return nil
}

// names returns the components that a component names.
func names(c *pack.Component) (refs []pack.ComponentRef) {
	if c.Rule != nil {
		refs = append(refs, c.Rule.TriggerRef, c.Rule.ActionRef)
	}
	if c.Workflow != nil {
		refs = append(refs, c.Workflow.ActionRefs...)
	}
	if c.Policy != nil {
		refs = append(refs, c.Policy.ActionRef)
	}
	return refs
}

// reads returns the state of the packs that the plan depends on.
func (f *facts) reads(plan *Plan, needs map[pack.Ref][]pack.Dependency) []PlanRead {
	refs := map[pack.Ref]bool{}
	for i := range plan.Steps {
		refs[plan.Steps[i].Ref] = true
		for _, d := range needs[plan.Steps[i].Ref] {
			refs[d.Ref] = true
		}
	}
	for _, d := range plan.Dependents {
		refs[d.By] = true
	}
	reads := []PlanRead{}
	for _, ref := range slices.Sorted(maps.Keys(refs)) {
		reads = append(reads, f.read(ref))
	}
	return reads
}

func (f *facts) read(ref pack.Ref) PlanRead {
	p := f.active[ref]
	return PlanRead{Ref: ref, Generation: p.Active.Name, Tree: p.Active.TreeDigest}
}

// stale returns what has changed of what a plan reads.
func (f *facts) stale(plan *Plan) (changed []StaleRead) {
	read := map[pack.Ref]bool{}
	for _, was := range plan.Reads {
		read[was.Ref] = true
		if is := f.read(was.Ref); is != was {
			changed = append(changed, StaleRead{Ref: was.Ref, Was: was.Generation, Is: is.Generation})
		}
	}
	for _, by := range f.order {
		for _, d := range f.active[by].Manifest.Dependencies {
			if plan.changes(d.Ref) && !read[by] {
				changed = append(changed, StaleRead{Ref: by, Is: f.active[by].Active.Name, Dependent: true})
				read[by] = true
			}
		}
	}
	slices.SortFunc(changed, func(a, b StaleRead) int { return cmp.Compare(a.Ref, b.Ref) })
	return changed
}
