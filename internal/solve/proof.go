package solve

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/packtrain/pack"
)

// A Demand says that a pack has to be there, in a version that suits.
type Demand struct {
	// Dependency is what is demanded, as written. The ref is "" for the platform.
	Dependency
	// Asked: the request demands it. Stays: the pack is installed, and stays in some
	// version. Otherwise these Versions of By demand it.
	Asked, Stays bool
	By           pack.Ref
	Versions     []pack.Version
	// Exists are the versions that are known of the pack, the highest first: of a
	// provided pack and of the platform one. They are shared: do not change them.
	Exists []pack.Version
	// Provided: the host has the pack, or it is the platform.
	Provided bool
	// Way leads from the request, or from an installed pack, to By; nil in proofs of
	// more than 500 demands.
	Way []pack.Ref

	by     int // a node, -1 for none
	before int // an earlier demand of the same node for the same ref, -1 for none
	from   set
	all    *node
}

// A Proof is a set of demands that cannot hold together, while without any one of
// them they could, unless there are more than 500.
type Proof struct {
	// Demands begins with those nearest to the request.
	Demands []Demand
}

// String lists the demands, one a line.
func (p *Proof) String() string {
	lines := make([]string, 0, len(p.Demands))
	for i := range p.Demands {
		lines = append(lines, p.Demands[i].String())
	}
	return strings.Join(lines, "\n")
}

// String says who demands what, what exists, and how it comes to that.
func (d *Demand) String() string {
	s := d.who()
	if d.Stays {
		return s
	}
	s += "; " + d.exists()
	if len(d.Way) > 1 {
		s += " (" + d.way() + ")"
	}
	return s
}

func (d *Demand) who() string {
	what := d.Dependency.String()
	if d.Ref == platform {
		what = "platform " + d.text()
	}
	switch {
	case d.Stays:
		return what + " is installed"
	case d.Asked:
		return what + " is requested"
	}
	return fmt.Sprintf("%s %s needs %s", d.By, list(d.Versions), what)
}

func (d *Demand) exists() string {
	name := string(d.Ref)
	if d.Ref == platform {
		name = "the platform"
	}
	switch {
	case len(d.Exists) == 0:
		return name + " has no known version"
	case d.Provided && d.Exists[0].IsZero():
		return name + " is provided"
	case d.Provided:
		return fmt.Sprintf("%s is version %s", name, d.Exists[0])
	}
	return fmt.Sprintf("%s exists as %s", name, list(d.Exists))
}

func (d *Demand) way() string {
	refs := make([]string, 0, len(d.Way))
	for _, r := range d.Way {
		refs = append(refs, r.String())
	}
	return "by way of " + strings.Join(refs, " -> ")
}

// maxListed is how many versions a text lists.
const maxListed = 5

func list(versions []pack.Version) string {
	var texts []string
	for _, v := range versions[:min(len(versions), maxListed)] {
		texts = append(texts, v.String())
	}
	s := strings.Join(texts, ", ")
	if more := len(versions) - maxListed; more > 0 {
		s += fmt.Sprintf(" and %d more", more)
	}
	return s
}

// compareDemands sorts demands; it tells all of one universe apart.
func compareDemands(a, b Demand) int {
	rank := func(d *Demand) int {
		switch {
		case d.Asked:
			return 0
		case d.Stays:
			return 1
		}
		return 2
	}
	return cmp.Or(
		cmp.Compare(rank(&a), rank(&b)),
		cmp.Compare(a.By, b.By),
		cmp.Compare(a.Ref, b.Ref),
		cmp.Compare(a.text(), b.text()),
	)
}

// maxMinimized is the number of demands up to which a proof is made minimal: more are
// a chain through so many packs, or hostile, and for each there is one more search.
const maxMinimized = 500

// prove leaves out of a core what is not needed.
func (u *universe) prove(w *work, core []int) (*Proof, error) {
	if len(core) > maxMinimized {
		return u.proof(core), nil
	}
	for i := len(core) - 1; i >= 0; i-- {
		without := slices.Delete(slices.Clone(core), i, i+1)
		chosen, smaller, err := u.searchWith(w, limits{unlimited, unlimited}, func(demand int) bool {
			_, in := slices.BinarySearch(without, demand)
			return !in
		})
		if err != nil {
			return nil, err
		}
		if needed := len(core) - 1 - i; chosen == nil {
			core, i = smaller, len(smaller)-needed
		}
	}
	return u.proof(core), nil
}

func (u *universe) proof(core []int) *Proof {
	p := &Proof{}
	for _, i := range core {
		p.Demands = append(p.Demands, u.explained(i))
	}
	ways := p.ways()
	depth := func(d *Demand) int {
		if d.Asked || d.Stays {
			return 0
		}
		return ways[d.By].depth
	}
	if len(core) <= maxMinimized {
		for i := range p.Demands {
			if d := &p.Demands[i]; depth(d) > 0 {
				d.Way = way(ways, d.By)
			}
		}
	}
	slices.SortStableFunc(p.Demands, func(a, b Demand) int { return cmp.Compare(depth(&a), depth(&b)) })
	return p
}

// A waypoint is a pack on a way: what comes before it, and how many packs that are
// with it.
type waypoint struct {
	before pack.Ref
	depth  int
}

// ways returns the shortest way to each pack through the demands.
func (p *Proof) ways() map[pack.Ref]waypoint {
	ways := map[pack.Ref]waypoint{}
	needs := map[pack.Ref][]pack.Ref{}
	var queue []pack.Ref
	reach := func(ref pack.Ref, at waypoint) {
		if _, known := ways[ref]; !known {
			ways[ref] = at
			queue = append(queue, ref)
		}
	}
	for i := range p.Demands {
		if d := &p.Demands[i]; d.Asked || d.Stays {
			reach(d.Ref, waypoint{depth: 1})
		} else {
			needs[d.By] = append(needs[d.By], d.Ref)
		}
	}
	for ; len(queue) > 0; queue = queue[1:] {
		for _, ref := range needs[queue[0]] {
			reach(ref, waypoint{queue[0], ways[queue[0]].depth + 1})
		}
	}
	return ways
}

func way(ways map[pack.Ref]waypoint, to pack.Ref) []pack.Ref {
	all := make([]pack.Ref, ways[to].depth)
	for i := len(all) - 1; i >= 0; i-- {
		all[i] = to
		to = ways[to].before
	}
	return all
}

// explained returns a demand with what exists.
func (u *universe) explained(i int) Demand {
	d := u.demands[i]
	d.Provided = d.all.provided
	if d.all.exists == nil {
		for _, v := range d.all.versions {
			d.all.exists = append(d.all.exists, v.Version)
		}
		slices.SortFunc(d.all.exists, highestFirst)
	}
	d.Exists = slices.Clip(d.all.exists)
	d.Versions = slices.Clone(d.Versions)
	slices.SortFunc(d.Versions, highestFirst)
	return d
}

func highestFirst(a, b pack.Version) int {
	return cmp.Or(b.Compare(a), cmp.Compare(b.String(), a.String()))
}
