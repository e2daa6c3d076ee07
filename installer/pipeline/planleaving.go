package pipeline

import (
	"cmp"
	"context"
	"errors"
	"os"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// leavings adds a step for each pack that is to be rolled back or removed.
func (r *run) leavings(ctx context.Context, f *facts, plan *Plan) error {
	for _, b := range r.req.RollBack {
		if err := r.rollBack(ctx, f, plan, b); err != nil {
			return err
		}
	}
	refs := slices.Clone(r.req.Remove)
	slices.Sort(refs)
	for _, ref := range slices.Compact(refs) {
		if err := r.removal(ctx, f, plan, ref); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) removal(ctx context.Context, f *facts, plan *Plan, ref pack.Ref) error {
	s, ok := f.leaving(plan, PlanRemove, ref)
	switch {
	case !ok:
		return nil
	case r.config.Remover == nil:
		return noRemovals()
	}
	err := f.compare(ctx, &s, side{})
	plan.Steps = append(plan.Steps, s)
	return err
}

func noRemovals() error {
	return pack.Errorf(pack.CodeInvalidRequest, "this host removes no packs")
}

func noRollBacks() error {
	return pack.Errorf(pack.CodeInvalidRequest, "this host rolls no packs back")
}

// leaving returns the step of an installed pack that the rest of the plan does not change;
// any other is a conflict.
func (f *facts) leaving(plan *Plan, a PlanAction, ref pack.Ref) (s PlanStep, ok bool) {
	was := map[PlanAction]string{PlanRemove: "removed", PlanRollBack: "rolled back"}[a]
	before, ok := f.active[ref]
	at := slices.IndexFunc(plan.Steps, func(s PlanStep) bool { return s.Ref == ref })
	switch {
	case slices.Contains(f.damaged, ref):
		plan.conflict(pack.CodeStoreCorrupt, ref, damagedRecord)
	case !ok:
		plan.conflict(pack.CodeNotFound, ref, "it is to be %s, and is not installed", was)
	case at >= 0 && plan.Steps[at].leaves():
		plan.conflict(pack.CodeConflict, ref, "it is to be %s, and it is named before", was)
	case at >= 0:
		plan.conflict(pack.CodeConflict, ref, "it is to be %s, and is needed by this request", was)
	default:
		return PlanStep{
			Action: a, Ref: ref, From: stateOf(&before.Active), Why: []PlanReason{{}}, Followed: []PlanFollowed{}, Environments: []PlanEnvironment{}, Fetch: PlanFetch{Cached: true},
			Components: PlanComponents{Added: []PlanComponent{}, Removed: []PlanComponent{}, Changed: []PlanComponent{}},
		}, true
	}
	return PlanStep{}, false
}

// rollBack adds the step of a pack that is to be rolled back. A generation that does not
// exist, or is damaged, is a conflict, and one that is active already a warning.
func (r *run) rollBack(ctx context.Context, f *facts, plan *Plan, b RollBack) error {
	s, ok := f.leaving(plan, PlanRollBack, b.Ref)
	switch {
	case !ok:
		return nil
	case r.config.Generations == nil:
		return noRollBacks()
	}
	snapshot, err := r.config.Generations.SnapshotKept(ctx, b.Ref, b.To)
	if err != nil {
		if code := pack.CodeOf(err); errors.Is(err, pack.ErrNotFound) || errors.Is(err, pack.ErrStore) {
			plan.conflict(code, b.Ref, "it cannot be rolled back: %v", err)
			return nil
		}
		return err
	}
	defer snapshot.Release()
	to := &snapshot.Packs[0]
	if to.Active.Name == s.From.Generation {
		plan.warn("", b.Ref, "generation %s is active already", to.Active.Name)
		return nil
	}
	return r.rolledBack(ctx, f, plan, s, to)
}

// rolledBack completes and adds the step of a pack that is rolled back to a generation.
func (r *run) rolledBack(ctx context.Context, f *facts, plan *Plan, s PlanStep, to *registry.SnapshotPack) error {
	components, err := to.Components()
	if err != nil {
		return err
	}
	s.To = stateOf(&to.Active)
	for _, e := range to.Active.Environments {
		s.Environments = append(s.Environments, PlanEnvironment{Runtime: e.Runtime, Key: e.Key, Version: e.Version, Reuse: true, Distributions: distributionsOf(e.Distributions)})
	}
	err = cmp.Or(r.judgeConfig(ctx, f, &s, &to.Manifest), f.compare(ctx, &s, side{components, os.DirFS(to.Dir)}))
	f.back[s.Ref] = to
	plan.Steps = append(plan.Steps, s)
	return err
}

// unmet warns of what the packs that are rolled back need and will not have.
func (f *facts) unmet(plan *Plan) {
	for i := range plan.Steps {
		to := f.back[plan.Steps[i].Ref]
		if to == nil {
			continue
		}
		for _, d := range to.Manifest.Dependencies {
			if !f.met(plan, d) {
				plan.warn("", to.Ref, "it needs %s, which it will not have", d)
			}
		}
	}
}

// met reports whether a dependency is met once the plan is applied.
func (f *facts) met(plan *Plan, d pack.Dependency) bool {
	if slices.ContainsFunc(f.provided, func(p pack.Provided) bool { return p.Ref == d.Ref && p.Satisfies(d.Constraint) }) {
		return true
	}
	v := f.active[d.Ref].Active.Version
	if s := plan.step(d.Ref); s != nil {
		v = pack.Version{}
		if s.To != nil {
			v = s.To.Version
		}
	}
	return !v.IsZero() && d.Constraint.AllowsPresent(v)
}

// checkKept returns an error if a generation that a pack is rolled back to is not kept any
// more, or is other content than the plan says.
func (r *run) checkKept(plan *Plan) func(context.Context) error {
	return func(ctx context.Context) error {
		for i := range plan.Steps {
			s := &plan.Steps[i]
			switch {
			case s.Action != PlanRollBack:
				continue
			case r.config.Generations == nil:
				return noRollBacks()
			}
			snapshot, err := r.config.Generations.SnapshotKept(ctx, s.Ref, s.To.Generation)
			if err != nil {
				return err
			}
			kept := stateOf(&snapshot.Packs[0].Active)
			snapshot.Release()
			if *kept != *s.To {
				return planError("generation %.80q of pack %s is something else than it says", s.To.Generation, s.Ref)
			}
		}
		return nil
	}
}

// rollBackPlanned rolls packs back, after all others are registered.
func (r *run) rollBackPlanned(plan *Plan) func(context.Context) error {
	return func(ctx context.Context) error {
		for i := range plan.Steps {
			s := &plan.Steps[i]
			if s.Action != PlanRollBack {
				continue
			}
			opts := &registry.RollBackOptions{To: s.To.Generation, From: r.expect[s.Ref], AllowBreak: r.mayBreak()}
			if _, err := r.config.Generations.RollBack(ctx, s.Ref, opts); err != nil {
				return err
			}
			r.report.RolledBack = append(r.report.RolledBack, s.Ref)
		}
		return nil
	}
}

// removePlanned removes packs, after all else.
func (r *run) removePlanned(plan *Plan) func(context.Context) error {
	return func(ctx context.Context) error {
		for i := range plan.Steps {
			s := &plan.Steps[i]
			switch {
			case s.Action != PlanRemove:
				continue
			case r.config.Remover == nil:
				return noRemovals()
			}
			opts := &registry.RemoveOptions{AllowBreak: r.mayBreak(), From: r.expect[s.Ref]}
			if err := r.config.Remover.Remove(ctx, s.Ref, opts); err != nil {
				return err
			}
			r.report.Removed = append(r.report.Removed, s.Ref)
		}
		return nil
	}
}

// mayBreak returns the packs whose dependencies may be left unmet: also those that are
// removed or rolled back, which may need each other.
func (r *run) mayBreak() []pack.Ref { return slices.Concat(r.req.AllowBreak, r.leaving) }
