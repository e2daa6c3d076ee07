package solvetest

import (
	"cmp"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/solve"
)

// A Demand is what a selection has to meet: if By is chosen in one of Versions, or By
// is "", Ref is chosen in a version that satisfies Constraint.
type Demand struct {
	By       pack.Ref
	Versions []pack.Version
	solve.Dependency
	platform bool
}

// Demands returns all demands of a problem.
func Demands(p *solve.Problem) []Demand {
	var all []Demand
	for _, w := range p.Wants {
		all = append(all, Demand{Dependency: w})
	}
	for _, k := range p.Packs {
		if provided(p, k.Ref) != nil {
			continue
		}
		for _, v := range k.Versions {
			all = append(all, ofVersion(p, k, v)...)
		}
	}
	return all
}

func ofVersion(p *solve.Problem, k solve.Pack, v solve.Version) (all []Demand) {
	ref, stays := k.Ref, v.Installed && !k.Named
	if stays {
		all = append(all, Demand{Dependency: solve.Dependency{Ref: ref}})
	}
	by := []pack.Version{v.Version}
	for _, d := range v.Dependencies {
		if !stays || met(p, d) {
			all = append(all, Demand{By: ref, Versions: by, Dependency: d})
		}
	}
	if d := (Demand{By: ref, Versions: by, Dependency: solve.Dependency{Constraint: v.Platform}, platform: true}); !p.Platform.IsZero() &&
		(!stays || present(d.Dependency, p.Platform)) {
		all = append(all, d)
	}
	return all
}

func met(p *solve.Problem, d solve.Dependency) bool {
	if k := provided(p, d.Ref); k != nil {
		return present(d, k.Version)
	}
	for _, v := range versions(p, d.Ref) {
		if v.Installed && present(d, v.Version) {
			return true
		}
	}
	return false
}

// present reports whether a version that is there, or a provided one of no stated
// version, satisfies d.
func present(d solve.Dependency, v pack.Version) bool {
	return d.Constraint == nil || v.IsZero() || d.Constraint.AllowsPresent(v)
}

// OfProof returns the demands of a proof.
func OfProof(proof *solve.Proof) []Demand {
	var all []Demand
	for _, d := range proof.Demands {
		all = append(all, Demand{By: d.By, Versions: d.Versions, Dependency: d.Dependency, platform: d.Ref == ""})
	}
	return all
}

func provided(p *solve.Problem, ref pack.Ref) *pack.ID {
	for i := range p.Provided {
		if p.Provided[i].Ref == ref {
			return &p.Provided[i]
		}
	}
	return nil
}

func versions(p *solve.Problem, ref pack.Ref) []solve.Version {
	for _, k := range p.Packs {
		if k.Ref == ref {
			return k.Versions
		}
	}
	return nil
}

func isNamed(p *solve.Problem, ref pack.Ref) bool {
	return slices.ContainsFunc(p.Packs, func(k solve.Pack) bool { return k.Ref == ref && k.Named })
}

// A selection is the version of each pack, without provided ones.
type selection = map[pack.Ref]pack.Version

// Selection returns ids as a map.
func Selection(ids []pack.ID) map[pack.Ref]pack.Version {
	s := selection{}
	for _, id := range ids {
		s[id.Ref] = id.Version
	}
	return s
}

// A judge knows the problem that demands are about.
type judge struct {
	*solve.Problem
	demands []Demand
}

// Valid reports whether s meets the demands.
func Valid(p *solve.Problem, s map[pack.Ref]pack.Version, demands []Demand) bool {
	j := judge{p, demands}
	for _, d := range demands {
		if !j.meets(s, d) {
			return false
		}
	}
	return true
}

func (j judge) meets(s selection, d Demand) bool {
	if v, chosen := s[d.By]; d.By != "" && (!chosen || !slices.Contains(d.Versions, v)) {
		return true
	}
	if d.platform {
		return present(d.Dependency, j.Platform)
	}
	if k := provided(j.Problem, d.Ref); k != nil {
		return present(d.Dependency, k.Version)
	}
	v, chosen := s[d.Ref]
	return chosen && j.suits(d.Dependency, v)
}

func (j judge) suits(d solve.Dependency, v pack.Version) bool {
	for _, known := range versions(j.Problem, d.Ref) {
		if known.Version == v {
			return d.Constraint == nil || d.Constraint.Allows(v) || (known.Installed || known.Present) && present(d, v)
		}
	}
	return false
}

// Suiting returns the versions of d.Ref that satisfy d; always is true when what the
// host has satisfies it, and no version has to be chosen.
func Suiting(p *solve.Problem, d Demand) (suiting []pack.Version, always bool) {
	j := judge{Problem: p}
	if d.platform || provided(p, d.Ref) != nil {
		return nil, j.meets(selection{d.By: first(d.Versions)}, d)
	}
	for _, v := range versions(p, d.Ref) {
		if j.suits(d.Dependency, v.Version) {
			suiting = append(suiting, v.Version)
		}
	}
	return suiting, false
}

func first(versions []pack.Version) (v pack.Version) {
	if len(versions) > 0 {
		v = versions[0]
	}
	return v
}

// Possible reports whether the demands can be met.
func Possible(p *solve.Problem, demands []Demand) bool {
	found := false
	All(p, demands, func(map[pack.Ref]pack.Version) bool {
		found = true
		return false
	})
	return found
}

// All calls use with all selections that meet the demands, until it returns false.
func All(p *solve.Problem, demands []Demand, use func(map[pack.Ref]pack.Version) bool) {
	j := judge{p, demands}
	var packs []solve.Pack
	for _, k := range p.Packs {
		if provided(p, k.Ref) == nil {
			packs = append(packs, k)
		}
	}
	j.all(packs, selection{}, map[pack.Ref]bool{}, use)
}

// all decides the first of packs in all ways.
func (j judge) all(packs []solve.Pack, s selection, decided map[pack.Ref]bool, use func(selection) bool) bool {
	if !j.possible(s, decided, len(packs) == 0) {
		return true
	}
	if len(packs) == 0 {
		return use(s)
	}
	k := packs[0]
	decided[k.Ref] = true
	defer delete(decided, k.Ref)
	if !j.all(packs[1:], s, decided, use) {
		return false
	}
	for _, v := range k.Versions {
		s[k.Ref] = v.Version
		more := j.all(packs[1:], s, decided, use)
		delete(s, k.Ref)
		if !more {
			return false
		}
	}
	return true
}

// possible reports whether no demand about decided packs alone is broken.
func (j judge) possible(s selection, decided map[pack.Ref]bool, complete bool) bool {
	for _, d := range j.demands {
		known := (d.By == "" || decided[d.By]) && (d.platform || decided[d.Ref] || provided(j.Problem, d.Ref) != nil)
		if (known || complete) && !j.meets(s, d) {
			return false
		}
	}
	return true
}

// Deviations counts the packs that are not as the lock says, and those that are not
// what is installed.
func Deviations(p *solve.Problem, s map[pack.Ref]pack.Version) (lock, replaced int) {
	for _, k := range p.Packs {
		for _, v := range k.Versions {
			chosen, there := s[k.Ref]
			if v.Locked && there && chosen != v.Version {
				lock++
			}
			if v.Installed && !k.Named && provided(p, k.Ref) == nil && chosen != v.Version {
				replaced++
			}
		}
	}
	return lock, replaced
}

// Better reports whether a has no pack and no lower version that b does not have, and
// is not b.
func Better(p *solve.Problem, a, b map[pack.Ref]pack.Version) bool {
	better := len(a) < len(b)
	for ref, v := range a {
		w, both := b[ref]
		if !both {
			return false
		}
		order := Compare(p, ref, v, w)
		if order < 0 {
			return false
		}
		better = better || order > 0
	}
	return better
}

// Compare is positive when v is preferred to w.
func Compare(p *solve.Problem, ref pack.Ref, v, w pack.Version) int {
	rank := func(v pack.Version) int {
		r := 0
		for _, known := range versions(p, ref) {
			if known.Version == v && known.Locked {
				r += 4
			}
			if known.Version == v && known.Installed && !isNamed(p, ref) {
				r += 2
			}
		}
		if !v.IsPrerelease() {
			r++
		}
		return r
	}
	return cmp.Or(cmp.Compare(rank(v), rank(w)), v.Compare(w), cmp.Compare(v.String(), w.String()))
}
