package solve

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/packtrain/pack"
)

// absent is the number, in sets of all packs, of not being there.
const absent = 0

// platform is the ref under which the platform counts as a pack; no pack has it.
const platform pack.Ref = ""

// A universe is a problem in canonical order, as clauses.
type universe struct {
	names   []pack.Ref
	index   map[pack.Ref]int
	nodes   []node
	demands []Demand
	clauses []clause // of the demands, in the same order
	order   []int    // of nodes: those that are named or nearer to the request first
	place   []int    // of each node in the order
}

// A node is a pack. Its versions have numbers from 1, the best first.
type node struct {
	versions []Version
	provided bool // by the host, in one version
	named    bool // by the request
	pinned   set  // if not nil, what may be chosen
	// keep is what leaves the pack as the lock says, and as installed; nil when
	// neither says anything.
	keep   [2]set
	exists []pack.Version // for proofs
}

func (n *node) size() int { return len(n.versions) + 1 }

func newUniverse(p *Problem) *universe {
	u := &universe{index: map[pack.Ref]int{}}
	packs := canonical(p)
	for _, ref := range refs(p, packs) {
		u.index[ref] = len(u.names)
		u.names = append(u.names, ref)
		u.nodes = append(u.nodes, packs[ref])
	}
	for _, w := range p.Wants {
		u.demand(Demand{Dependency: w, Asked: true})
	}
	for i := range u.nodes {
		u.addNode(i, !p.Platform.IsZero())
	}
	slices.SortFunc(u.demands, compareDemands)
	u.demands = slices.CompactFunc(u.demands, func(a, b Demand) bool { return compareDemands(a, b) == 0 })
	for i := range u.demands {
		u.clauses = append(u.clauses, u.clause(&u.demands[i]))
	}
	u.sortNodes()
	return u
}

// canonical returns the nodes by ref.
func canonical(p *Problem) map[pack.Ref]node {
	packs := map[pack.Ref]node{}
	for _, k := range p.Packs {
		n := packs[k.Ref]
		packs[k.Ref] = node{versions: append(n.versions, k.Versions...), named: n.named || k.Named}
	}
	for ref, n := range packs {
		packs[ref] = node{versions: n.distinct(), named: n.named}
	}
	for _, k := range p.Provided {
		packs[k.Ref] = node{versions: []Version{{Version: k.Version}}, provided: true}
	}
	if !p.Platform.IsZero() {
		packs[platform] = node{versions: []Version{{Version: p.Platform}}, provided: true}
	}
	return packs
}

// distinct returns the best of the versions that are written the same, sorted.
func (n *node) distinct() []Version {
	best := map[pack.Version]Version{}
	for _, v := range n.versions {
		old, known := best[v.Version]
		locked := v.Locked || old.Locked
		if known && same(old, v) < 0 {
			v = old
		}
		v.Locked = locked
		best[v.Version] = v
	}
	return slices.SortedFunc(maps.Values(best), n.preferred)
}

// same sorts descriptions of one version, the one that counts first.
func same(a, b Version) int {
	text := func(v Version) string { return fmt.Sprint(v.Dependencies, v.Platform) }
	return cmp.Or(first(a.Installed, b.Installed), cmp.Compare(text(a), text(b)))
}

// first sorts true before false.
func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// preferred sorts the best version first.
func (n *node) preferred(a, b Version) int {
	return cmp.Or(
		first(a.Locked, b.Locked),
		first(a.Installed && !n.named, b.Installed && !n.named),
		first(!a.Version.IsPrerelease(), !b.Version.IsPrerelease()),
		b.Version.Compare(a.Version),
		cmp.Compare(b.Version.String(), a.Version.String()),
	)
}

// refs returns the refs that may have to be present, sorted: those of the request, of
// installed packs, and all that these may need.
func refs(p *Problem, packs map[pack.Ref]node) []pack.Ref {
	var queue []pack.Ref
	for _, w := range p.Wants {
		queue = append(queue, w.Ref)
	}
	for ref, n := range packs {
		if ref == platform || slices.ContainsFunc(n.versions, func(v Version) bool { return v.Installed }) {
			queue = append(queue, ref)
		}
	}
	all := map[pack.Ref]bool{}
	for ; len(queue) > 0; queue = queue[1:] {
		if all[queue[0]] {
			continue
		}
		all[queue[0]] = true
		for _, v := range packs[queue[0]].versions {
			for _, d := range v.Dependencies {
				queue = append(queue, d.Ref)
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// addNode adds the demands of a pack, and what keeps it.
func (u *universe) addNode(i int, onPlatform bool) {
	n, last := &u.nodes[i], map[pack.Ref]int{}
	for j, v := range n.versions {
		needs := v.Dependencies
		if onPlatform && (Dependency{Constraint: v.Platform}).text() != "*" {
			needs = append(slices.Clone(needs), Dependency{Ref: platform, Constraint: v.Platform})
		}
		for _, d := range needs {
			if !v.Installed || n.named || u.met(d) {
				u.addNeed(i, j+1, d, last)
			}
		}
	}
	for j := range n.versions {
		u.note(i, j+1)
	}
}

// note notes that a version is locked or installed. Installed packs stay.
func (u *universe) note(i, version int) {
	n := &u.nodes[i]
	v := &n.versions[version-1]
	if v.Locked {
		n.keep[0] = newSet(n.size())
		n.keep[0].add(absent)
		n.keep[0].add(version)
	}
	if v.Installed && !n.named {
		n.keep[1] = newSet(n.size())
		n.keep[1].add(version)
		u.demand(Demand{Dependency: Dependency{Ref: u.names[i]}, Stays: true})
	}
}

// met reports whether d is met by what is there.
func (u *universe) met(d Dependency) bool {
	n := &u.nodes[u.index[d.Ref]]
	for i, v := range n.versions {
		if (v.Installed || n.provided) && n.suits(i, d) {
			return true
		}
	}
	return false
}

// suits reports whether a version, by its place, satisfies d.
func (n *node) suits(i int, d Dependency) bool {
	switch v := &n.versions[i]; {
	case d.Constraint == nil, n.provided && v.Version.IsZero():
		return true
	case n.provided, v.Installed, v.Present:
		return d.Constraint.AllowsPresent(v.Version)
	default:
		return d.Constraint.Allows(v.Version)
	}
}

// addNeed adds a demand of one version, to the demand of others that is the same. last
// holds the latest demand of the pack for each ref.
func (u *universe) addNeed(i, version int, d Dependency, last map[pack.Ref]int) {
	for k, ok := last[d.Ref]; ok && k >= 0; k = u.demands[k].before {
		if same := &u.demands[k]; same.text() == d.text() {
			if !same.from.has(version) {
				same.from.add(version)
				same.Versions = append(same.Versions, u.nodes[i].versions[version-1].Version)
			}
			return
		}
	}
	before, ok := last[d.Ref]
	if !ok {
		before = -1
	}
	last[d.Ref] = len(u.demands)
	from := newSet(u.nodes[i].size())
	from.add(version)
	u.demands = append(u.demands, Demand{
		Dependency: d, By: u.names[i], by: i, from: from, before: before,
		Versions: []pack.Version{u.nodes[i].versions[version-1].Version},
	})
}

// demand adds a demand that no version states.
func (u *universe) demand(d Demand) {
	d.by = -1
	u.demands = append(u.demands, d)
}

// clause returns what a demand says of domains.
func (u *universe) clause(d *Demand) clause {
	to := u.index[d.Ref]
	n := &u.nodes[to]
	suits := newSet(n.size())
	for i := range n.versions {
		if d.Stays || n.suits(i, d.Dependency) {
			suits.add(i + 1)
		}
	}
	d.all = n
	c := clause{terms: []term{{to, suits}}}
	if d.by >= 0 {
		c.or(term{d.by, d.from.without(u.nodes[d.by].size())})
	}
	return c
}

// sortNodes puts the nodes in the order in which they are decided.
func (u *universe) sortNodes() {
	depth := make([]int, len(u.nodes))
	next := map[int][]int{}
	var queue []int
	for i := range u.demands {
		d := &u.demands[i]
		to := u.index[d.Ref]
		if d.by >= 0 {
			next[d.by] = append(next[d.by], to)
		} else if depth[to] == 0 {
			depth[to] = 1
			queue = append(queue, to)
		}
	}
	for ; len(queue) > 0; queue = queue[1:] {
		for _, to := range next[queue[0]] {
			if depth[to] == 0 {
				depth[to] = depth[queue[0]] + 1
				queue = append(queue, to)
			}
		}
	}
	for i := range u.nodes {
		u.order = append(u.order, i)
	}
	slices.SortStableFunc(u.order, func(a, b int) int {
		return cmp.Or(first(u.nodes[a].named, u.nodes[b].named), cmp.Compare(depth[a], depth[b]))
	})
	u.place = make([]int, len(u.order))
	for at, i := range u.order {
		u.place[i] = at
	}
}

// ids returns the packs of a selection of version numbers.
func (u *universe) ids(chosen []int) []pack.ID {
	var ids []pack.ID
	for i, version := range chosen {
		if n := &u.nodes[i]; version != absent && !n.provided {
			ids = append(ids, pack.ID{Ref: u.names[i], Version: n.versions[version-1].Version})
		}
	}
	return ids
}

// deviations counts the packs of a selection that are not what the lock says, and
// not what is installed.
func (u *universe) deviations(chosen []int) (counts limits) {
	for i, version := range chosen {
		for k, keep := range u.nodes[i].keep {
			if keep != nil && !keep.has(version) {
				counts[k]++
			}
		}
	}
	return counts
}
