package deps

import (
	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
)

// report reports the results of reading the packs.
func (r *request) report() *Report {
	rep := &Report{
		Dependencies: []Dependency{}, Missing: []Dependency{}, Runtimes: map[pack.Ref][]pack.RuntimeNeed{},
		Analyzed: []AnalyzedPack{}, Conflicts: []Conflict{}, Warnings: r.Warnings(),
		Failed: batch.Failures(r.all, func(m *member) *batch.Item { return &m.Item }),
		Order:  []pack.Ref{}, Additions: []Addition{},
	}
	for _, m := range r.members {
		rep.Analyzed = append(rep.Analyzed, m.analyzed())
		rep.Warnings = append(rep.Warnings, m.warnings()...)
		if len(m.needs) > 0 {
			rep.Runtimes[m.ref()] = m.needs
		}
	}
	return rep
}

// report reports the results of reading and choosing.
func (a *analysis) report() *Report {
	rep := a.request.report()
	for _, m := range a.request.members {
		a.addDependencies(rep, m)
	}
	a.addOrder(rep)
	rep.Conflicts = append(rep.Conflicts, a.conflicts...)
	return rep
}

func (a *analysis) addDependencies(rep *Report, m *member) {
	for _, d := range m.deps() {
		dep := Dependency{
			Ref: d.Ref, VersionSpec: d.Constraint, RequiredBy: m.ref(), AlreadyInstalled: a.onHand(d),
		}
		rep.Dependencies = append(rep.Dependencies, dep)
		if brought := a.request.byRef[d.Ref]; !dep.AlreadyInstalled && (brought == nil || !d.Constraint.AllowsPresent(brought.ID.Version)) {
			rep.Missing = append(rep.Missing, dep)
		}
	}
}

// onHand reports whether the pack is installed or provided in a version that
// satisfies d.
func (a *analysis) onHand(d pack.Dependency) bool {
	if p, ok := a.provided[d.Ref]; ok {
		return p.Satisfies(d.Constraint)
	}
	k := a.packs[d.Ref]
	return k != nil && k.installed != nil && d.Constraint.AllowsPresent(k.installed.Version)
}

// addOrder adds the order of the packs, and the additions. Packs that need each
// other come one after the other.
func (a *analysis) addOrder(rep *Report) {
	refs := make([]pack.Ref, 0, len(a.request.members))
	for _, m := range a.request.members {
		refs = append(refs, m.ref())
	}
	chosen, added := a.chosen, map[pack.Ref]Choice{}
	if chosen == nil {
		chosen = selection{}
		for i := range a.wants {
			chosen[a.wants[i].fixed.Ref] = *a.wants[i].fixed
		}
	} else {
		for _, c := range a.resolution(chosen).Choices {
			if len(c.Wants) == 0 && !c.Kept {
				added[c.Ref] = c
				refs = append(refs, c.Ref)
			}
		}
	}
	for _, component := range chosen.graph(refs).components() {
		for _, ref := range component {
			if c, ok := added[ref]; ok {
				rep.Additions = append(rep.Additions, Addition{ID: c.ID, RequiredBy: c.RequiredBy})
			} else if a.request.byRef[ref] != nil {
				rep.Order = append(rep.Order, ref)
			}
		}
	}
}

func (m *member) analyzed() AnalyzedPack {
	return AnalyzedPack{Ref: m.ref(), Path: m.Spec, Pack: m.pack}
}

// warnings are all findings: those of severity error are here when the request
// accepts them.
func (m *member) warnings() []pack.Warning {
	if m.pack == nil {
		return nil
	}
	ws := make([]pack.Warning, len(m.pack.Findings))
	for i, f := range m.pack.Findings {
		ws[i] = pack.Warning{Spec: m.Spec, Ref: m.ref(), Stage: pack.StageLoad, Code: f.Code, Message: f.String()}
	}
	return ws
}
