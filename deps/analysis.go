package deps

import (
	"context"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
)

// An analysis chooses versions for what the packs of a request need.
type analysis struct {
	*search
	request   *request
	conflicts []Conflict
	chosen    selection // nil if the search failed
}

// analyse chooses versions and reports. A panic of the World becomes an error.
func (a *Analyzer) analyse(ctx context.Context, world World, r *request) (rep *Report, err error) {
	rep = r.report()
	defer batch.Rescue(&err)
	ctx = pack.WithNotes(ctx, func(ctx context.Context, text string) {
		r.Warn(ctx, &batch.Item{Stage: pack.StageDependencies}, "%s", text)
	})
	s, err := newSearch(ctx, world, &Policy{
		Provided: a.config.Provided, PlatformVersion: a.config.PlatformVersion, MaxPacks: a.config.MaxPacks,
		Parallel: a.config.Parallel,
	})
	if err != nil {
		return rep, err
	}
	s.guesses = true // packs that are added are analysed when they were downloaded
	found := &analysis{search: s, request: r}
	if err := found.choose(ctx); err != nil {
		return r.report(), err
	}
	return found.report(), nil
}

// choose chooses versions as if the packs of the request were wanted. What cannot be met
// becomes a conflict, and is left out.
func (a *analysis) choose(ctx context.Context) error {
	a.bringAll()
	if err := a.lookUpDirect(ctx); err != nil {
		return err
	}
	for {
		got, err := a.settle(ctx)
		if err != nil {
			return err
		}
		for i := range a.wants {
			if err := got.unmet[i]; err != nil {
				return err
			}
		}
		if got.proof == nil {
			a.chosen = got.selection
			return nil
		}
		u := a.explain(ctx, got.proof)
		a.conflicts = append(a.conflicts, u.conflict())
		if !a.relax(u) {
			return nil
		}
	}
}

// bringAll makes the packs of the request wanted. Whether the platform suits them was
// checked before.
func (a *analysis) bringAll() {
	a.wants = make([]want, len(a.request.members))
	for i, m := range a.request.members {
		c := &pack.Candidate{ID: m.ID, Dependencies: slices.Clone(m.deps()), DependenciesKnown: true}
		a.wants[i] = want{Want: pack.Want{Ref: m.ref()}, at: i, fixed: c}
		a.know(m.ref()).fixed = c
	}
}

// lookUpDirect looks up what the packs of the request need. Packs that do not exist are
// conflicts at once: there can be thousands.
func (a *analysis) lookUpDirect(ctx context.Context) error {
	var direct []demand
	for i := range a.wants {
		direct = append(direct, demands(a.wants[i].fixed.ID, a.wants[i].fixed.Dependencies)...)
	}
	if err := a.lookUp(ctx, direct, false); err != nil {
		return err
	}
	missing := map[pack.Ref]*Conflict{}
	var order []pack.Ref
	for i := range a.wants {
		c := a.wants[i].fixed
		c.Dependencies = slices.DeleteFunc(c.Dependencies, func(d pack.Dependency) bool {
			if !a.nowhere(d.Ref) {
				return false
			}
			if missing[d.Ref] == nil {
				missing[d.Ref] = &Conflict{Ref: d.Ref}
				order = append(order, d.Ref)
			}
			missing[d.Ref].Required = append(missing[d.Ref].Required, Requirement{VersionSpec: d.Constraint, RequiredBy: c.Ref})
			return true
		})
	}
	for _, ref := range order {
		a.conflicts = append(a.conflicts, a.missing(missing[ref]))
	}
	return nil
}

// nowhere reports whether a pack certainly does not exist.
func (a *analysis) nowhere(ref pack.Ref) bool {
	k := a.packs[ref]
	return k != nil && k.asked && k.fixed == nil && k.installed == nil && len(k.candidates)+len(k.excluded) == 0
}

// missing completes the conflict of a pack that does not exist.
func (a *analysis) missing(c *Conflict) Conflict {
	u := &Unsolvable{Ref: c.Ref, code: pack.CodeDependencyMissing, absent: a.packs[c.Ref].absent, causes: []error{a.packs[c.Ref].absent}}
	for _, r := range c.Required {
		by := a.packs[r.RequiredBy].fixed
		u.Demands = append(u.Demands, Demand{
			Dependency: pack.Dependency{Ref: c.Ref, Constraint: r.VersionSpec}, Want: -1, By: by.Ref,
			Versions: []pack.Version{by.Version}, requested: by.Ref.String(),
		})
	}
	u.headline = u.head(u.on(c.Ref))
	c.Explanation, c.Err = u.Error(), u
	return *c
}

// conflict is u as a report has it.
func (u *Unsolvable) conflict() Conflict {
	c := Conflict{Ref: u.Ref, Required: []Requirement{}, Explanation: u.Error(), Err: u}
	for _, d := range u.on(u.Ref) {
		if c.Installed = d.Installed; d.By != "" {
			c.Required = append(c.Required, Requirement{VersionSpec: d.Constraint, RequiredBy: d.By})
		}
	}
	return c
}

// relax leaves out a demand of the proof, so that other conflicts are found: the last of
// a pack of the request, else those of an installed pack. It reports whether there is
// one.
func (a *analysis) relax(u *Unsolvable) bool {
	for i := len(u.Demands) - 1; i >= 0; i-- {
		d := &u.Demands[i]
		k := a.packs[d.By]
		if k == nil || k.fixed == nil {
			continue
		}
		k.fixed.Dependencies = slices.DeleteFunc(k.fixed.Dependencies, func(o pack.Dependency) bool {
			return o.Ref == d.Ref && o.Constraint.Equal(d.Constraint)
		})
		return true
	}
	for i := range u.Demands {
		if k := a.packs[u.Demands[i].By]; k != nil && k.installed != nil && !slices.Contains(a.policy.AllowBreak, k.ref) {
			a.policy.AllowBreak = append(a.policy.AllowBreak, k.ref)
			return true
		}
	}
	return false
}
