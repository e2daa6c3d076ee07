package solve

import (
	"context"
	"math"
	"slices"
)

// limits are the numbers of packs that may deviate from the lock, and from what is
// installed.
type limits [2]int

const unlimited = math.MaxInt

// A work counts steps over several searches.
type work struct {
	ctx    context.Context //nolint:containedctx // of one call of Solve
	budget int
	steps  int
}

// A term says that the version of a pack is in a set.
type term struct {
	node int
	in   set
}

// A clause says that one of its terms holds. There is at most one term of a node.
type clause struct {
	terms   []term
	parents []int // of a clause that was derived: clauses it follows from
}

func (c *clause) or(t term) {
	for i := range c.terms {
		if c.terms[i].node == t.node {
			c.terms[i].in = c.terms[i].in.or(t.in)
			return
		}
	}
	c.terms = append(c.terms, t)
}

// A step narrows the domain of a node.
type step struct {
	node   int
	old    set
	last   int // the step before of the same node, -1 for none
	reason int // a clause, -1 for a decision
	level  int
}

// A search is one run over the clauses of a universe.
type search struct {
	*universe
	work    *work
	limit   limits
	clauses []clause
	uses    [][]int // the clauses with a term of each node
	domains []set
	latest  []int // the latest step of each node, -1 for none
	trail   []step
	level   int
	done    int // steps whose consequences were drawn
	next    int // in the order: nodes before it need no decision
	blame   []int
}

// search returns the version number of each node, or the demands from which it
// follows that there is no selection.
func (u *universe) search(w *work, limit limits) (chosen, core []int, err error) {
	return u.searchWith(w, limit, nil)
}

// searchWith leaves out the demands that skip says.
func (u *universe) searchWith(w *work, limit limits, skip func(demand int) bool) (chosen, core []int, err error) {
	s := &search{universe: u, work: w, limit: limit, uses: make([][]int, len(u.nodes)), blame: make([]int, len(u.clauses))}
	for i := range u.nodes {
		domain := u.nodes[i].pinned
		if domain == nil {
			domain = newSet(0).fill(u.nodes[i].size())
		}
		s.domains = append(s.domains, domain)
		s.latest = append(s.latest, -1)
	}
	for i, c := range u.clauses {
		if skip != nil && skip(i) {
			c = clause{}
		}
		s.add(c)
	}
	for i, c := range s.clauses {
		if len(c.terms) == 0 {
			continue
		}
		if conflict := s.unit(i); conflict >= 0 {
			return nil, s.core(s.resolveAll(conflict)), nil
		}
	}
	return s.run()
}

func (s set) fill(n int) set { return newSet(n).without(n) }

func (s *search) add(c clause) int {
	s.clauses = append(s.clauses, c)
	id := len(s.clauses) - 1
	for _, t := range c.terms {
		s.uses[t.node] = append(s.uses[t.node], id)
	}
	return id
}

func (s *search) run() (chosen, core []int, err error) {
	for {
		conflict, err := s.propagate()
		if err != nil {
			return nil, nil, err
		}
		if conflict >= 0 {
			learned, back, ok := s.analyse(conflict)
			if !ok {
				return nil, s.core(learned), nil
			}
			s.backjump(back)
			id := s.add(learned)
			s.unit(id)
			continue
		}
		if !s.decide() {
			return s.chosen(), nil, nil
		}
	}
}

// chosen returns the selection when nothing is left to decide.
func (s *search) chosen() []int {
	out := make([]int, len(s.domains))
	for i, d := range s.domains {
		out[i] = d.first(0) // absent, or the one version
	}
	return out
}

// decide chooses the best version of the next pack that has to be present.
func (s *search) decide() bool {
	for ; s.next < len(s.order); s.next++ {
		i := s.order[s.next]
		d := s.domains[i]
		if d.has(absent) || d.only() {
			continue
		}
		one := newSet(s.nodes[i].size())
		one.add(d.first(1))
		s.level++
		s.narrow(i, one, -1)
		return true
	}
	return false
}

func (s *search) narrow(node int, to set, reason int) {
	s.trail = append(s.trail, step{node, s.domains[node], s.latest[node], reason, s.level})
	s.latest[node] = len(s.trail) - 1
	s.domains[node] = to
	s.next = min(s.next, s.place[node])
}

// propagate draws all consequences; it returns a clause that cannot hold, or -1.
func (s *search) propagate() (conflict int, err error) {
	for {
		for ; s.done < len(s.trail); s.done++ {
			for _, id := range s.uses[s.trail[s.done].node] {
				if err := s.count(); err != nil {
					return -1, err
				}
				if conflict := s.unit(id); conflict >= 0 {
					return conflict, nil
				}
			}
		}
		conflict, changed := s.limitAll()
		if conflict >= 0 || !changed {
			return conflict, nil
		}
	}
}

func (s *search) count() error {
	s.work.steps++
	if s.work.steps > s.work.budget {
		worst := 0
		for i, n := range s.blame {
			if n > s.blame[worst] {
				worst = i
			}
		}
		return &BudgetError{Budget: s.work.budget, Demand: s.explained(worst)}
	}
	if s.work.steps%1024 == 1 {
		return s.work.ctx.Err()
	}
	return nil
}

// unit narrows a domain when one term of the clause is left that can hold. It
// returns the clause when none is, else -1.
func (s *search) unit(id int) int {
	open := -1
	for i, t := range s.clauses[id].terms {
		if s.domains[t.node].meets(t.in) {
			if open >= 0 {
				return -1
			}
			open = i
		}
	}
	if open < 0 {
		return id
	}
	t := s.clauses[id].terms[open]
	if d := s.domains[t.node]; !d.within(t.in) {
		s.narrow(t.node, d.and(t.in), id)
	}
	return -1
}

// limitAll draws the consequences of the limits.
func (s *search) limitAll() (conflict int, changed bool) {
	for k, limit := range s.limit {
		if limit == unlimited {
			continue
		}
		deviating := clause{}
		var free []int
		for i := range s.nodes {
			switch keep := s.nodes[i].keep[k]; {
			case keep == nil || s.domains[i].within(keep):
			case s.domains[i].meets(keep):
				free = append(free, i)
			default:
				deviating.terms = append(deviating.terms, term{i, keep})
			}
		}
		switch {
		case len(deviating.terms) > limit:
			deviating.terms = deviating.terms[:limit+1]
			return s.add(deviating), true
		case len(deviating.terms) == limit:
			for _, i := range free {
				c := clause{terms: append(slices.Clone(deviating.terms), term{i, s.nodes[i].keep[k]})}
				s.unit(s.add(c))
				changed = true
			}
		}
	}
	return -1, changed
}

func (s *search) backjump(level int) {
	s.level = level
	for n := len(s.trail) - 1; n >= 0 && s.trail[n].level > level; n-- {
		t := s.trail[n]
		s.domains[t.node], s.latest[t.node] = t.old, t.last
		s.next = min(s.next, s.place[t.node])
		s.trail = s.trail[:n]
	}
	s.done = min(s.done, len(s.trail))
}
