package deps

import (
	"maps"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/solve"
)

// problem returns what is known as a problem of the solver. Demands on packs of which
// nothing is known are left out.
func (s *search) problem() *solve.Problem {
	p := &solve.Problem{Platform: s.policy.PlatformVersion, Budget: s.policy.Budget}
	for _, provided := range s.provided {
		p.Provided = append(p.Provided, pack.ID(provided))
	}
	named := map[pack.Ref]bool{}
	for i := range s.wants {
		if w := &s.wants[i]; w.err == nil {
			named[w.ref()] = true
			p.Wants = append(p.Wants, w.dependency())
		}
	}
	for ref, k := range s.packs {
		if k.visible() {
			p.Packs = append(p.Packs, solve.Pack{Ref: ref, Versions: s.versions(k, named[ref]), Named: named[ref]})
		}
	}
	return p
}

// dependency is what the want demands.
func (w *want) dependency() solve.Dependency {
	if w.fixed != nil {
		return solve.Dependency{Ref: w.fixed.Ref, Constraint: exactly{w.fixed.Version}}
	}
	return solve.Dependency{Ref: w.Ref, Constraint: w.Constraint}
}

// exactly is the constraint of a want that brings content.
type exactly struct{ version pack.Version }

// Allows implements [solve.Constraint].
func (e exactly) Allows(v pack.Version) bool { return v == e.version }

// AllowsPresent implements [solve.Constraint].
func (e exactly) AllowsPresent(v pack.Version) bool { return v == e.version }

// String implements [solve.Constraint].
func (e exactly) String() string { return "=" + e.version.String() }

// versions returns the versions of a pack that may be chosen, the installed one among
// them.
func (s *search) versions(k *known, named bool) []solve.Version {
	all := map[pack.Version]solve.Version{}
	for _, c := range s.choosable(k, named) {
		v := s.version(k, c)
		v.Present = k.fixed != nil
		all[c.Version] = v
	}
	if k.installed != nil {
		id := k.installed.ID
		v, same := all[id.Version]
		if !same || !named {
			v = s.version(k, k.present())
			if !named && (slices.Contains(s.policy.AllowBreak, id.Ref) || slices.Contains(s.policy.AllowBreak, AnyPack)) {
				v.Dependencies = nil
			}
		}
		v.Installed = true
		all[id.Version] = v
	}
	return slices.Collect(maps.Values(all))
}

// choosable returns the candidates that may be chosen.
func (s *search) choosable(k *known, named bool) []pack.Candidate {
	switch {
	case k.fixed != nil:
		return []pack.Candidate{*k.fixed}
	case k.installed != nil && s.policy.KeepInstalled && !named:
		return nil
	}
	return k.candidates
}

func (s *search) version(k *known, c pack.Candidate) solve.Version {
	v := solve.Version{Version: c.Version, Locked: slices.Contains(s.policy.Locked, pack.ID{Ref: k.ref, Version: c.Version})}
	if !c.Platform.Any() {
		v.Platform = c.Platform
	}
	for _, d := range c.Dependencies {
		if _, provided := s.provided[d.Ref]; provided || s.packs[d.Ref].visible() {
			v.Dependencies = append(v.Dependencies, solve.Dependency{Ref: d.Ref, Constraint: d.Constraint})
		}
	}
	return v
}

// A selection has the version chosen of each pack.
type selection map[pack.Ref]pack.Candidate

// selected returns the candidates that were chosen.
func (s *search) selected(ids []pack.ID) selection {
	all := selection{}
	for _, id := range ids {
		all[id.Ref] = s.candidate(id)
	}
	return all
}

// candidate returns the chosen version of a pack. That of an installed pack that no
// want names is what is installed.
func (s *search) candidate(id pack.ID) pack.Candidate {
	k := s.packs[id.Ref]
	named := s.named(id.Ref)
	if k.installed == nil || k.installed.Version != id.Version || named {
		for _, c := range s.choosable(k, named) {
			if c.Version == id.Version {
				return c
			}
		}
	}
	return k.present()
}

// present is the installed pack as a candidate.
func (k *known) present() pack.Candidate {
	i := k.installed
	return pack.Candidate{ID: i.ID, Dependencies: i.Dependencies, Platform: i.Platform, DependenciesKnown: true, Pins: []pack.Pin{i.Pin}}
}
