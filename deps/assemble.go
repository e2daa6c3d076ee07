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

// report reports the results of reading and resolving.
func (c *resolver) report() *Report {
	rep := c.request.report()
	for _, m := range c.request.members {
		c.addDependencies(rep, m)
	}
	c.addOrder(rep)
	for _, s := range c.visited {
		if conflict := s.conflict(); conflict != nil {
			rep.Conflicts = append(rep.Conflicts, *conflict)
		}
	}
	return rep
}

func (c *resolver) addDependencies(rep *Report, m *member) {
	for _, d := range m.deps() {
		s := c.choices[d.Ref]
		dep := Dependency{
			Ref: d.Ref, VersionSpec: d.Constraint, RequiredBy: m.ref(),
			AlreadyInstalled: s.onHand(d.Constraint),
		}
		rep.Dependencies = append(rep.Dependencies, dep)
		if !dep.AlreadyInstalled && !s.brought(d.Constraint) {
			rep.Missing = append(rep.Missing, dep)
		}
	}
}

// addOrder adds the order of the packs, and the additions. Packs that need each
// other come one after the other.
func (c *resolver) addOrder(rep *Report) {
	for _, component := range c.graph().components() {
		for _, ref := range component {
			if c.request.byRef[ref] != nil {
				rep.Order = append(rep.Order, ref)
			} else {
				rep.Additions = append(rep.Additions, c.choices[ref].addition())
			}
		}
	}
}

// graph has the packs of the request and those chosen to be added.
func (c *resolver) graph() graph {
	g := graph{needs: map[pack.Ref][]pack.Ref{}}
	deps := map[pack.Ref][]pack.Dependency{}
	add := func(ref pack.Ref, ds []pack.Dependency) {
		g.nodes, deps[ref] = append(g.nodes, ref), ds
	}
	for _, m := range c.request.members {
		add(m.ref(), m.deps())
	}
	for _, s := range c.visited {
		if s.added() {
			add(s.ref, s.chosen.deps)
		}
	}
	for ref, ds := range deps {
		for _, d := range ds {
			if _, isNode := deps[d.Ref]; isNode {
				g.needs[ref] = append(g.needs[ref], d.Ref)
			}
		}
	}
	return g
}

func (m *member) analyzed() AnalyzedPack {
	return AnalyzedPack{Ref: m.ref(), Path: m.Spec, Pack: m.pack}
}

// warnings are all findings: those of severity error are here when the request
// accepts them.
func (m *member) warnings() []pack.Warning {
	ws := make([]pack.Warning, len(m.pack.Findings))
	for i, f := range m.pack.Findings {
		ws[i] = pack.Warning{Spec: m.Spec, Ref: m.ref(), Stage: pack.StageLoad, Code: f.Code, Message: f.String()}
	}
	return ws
}
