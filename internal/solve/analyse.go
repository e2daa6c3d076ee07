package solve

import "slices"

// falsified returns the step that made a term false, which it is.
func (s *search) falsified(t term) int {
	at := s.latest[t.node]
	for at >= 0 && !s.trail[at].old.meets(t.in) {
		at = s.trail[at].last
	}
	return at
}

// latestTwo returns the term of c that became false last, the step at which it did,
// and the level at which the others were false.
func (s *search) latestTwo(c *clause) (last, at, level int) {
	last, at = -1, -1
	for i, t := range c.terms {
		switch n := s.falsified(t); {
		case n > at:
			if at >= 0 {
				level = max(level, s.trail[at].level)
			}
			last, at = i, n
		case n >= 0:
			level = max(level, s.trail[n].level)
		}
	}
	return last, at, level
}

// analyse derives, from a clause that does not hold, one that has a consequence at
// an earlier level. At level 0 there is none: ok is false, and the clause is empty.
func (s *search) analyse(conflict int) (learned clause, level int, ok bool) {
	c := clause{terms: slices.Clone(s.clauses[conflict].terms), parents: []int{conflict}}
	s.accuse(conflict)
	for {
		last, at, others := s.latestTwo(&c)
		if at < 0 {
			return c, 0, false
		}
		if t := s.trail[at]; t.level > others {
			if t.reason < 0 || t.level > 0 {
				return c, others, true
			}
		}
		s.resolve(&c, last, s.trail[at].reason)
	}
}

// resolveAll derives the empty clause from one that does not hold at level 0.
func (s *search) resolveAll(conflict int) clause {
	c, _, _ := s.analyse(conflict)
	return c
}

// resolve replaces a term by the reason why it does not hold.
func (s *search) resolve(c *clause, at, reason int) {
	s.accuse(reason)
	pivot := c.terms[at]
	c.terms = slices.Delete(c.terms, at, at+1)
	c.parents = append(c.parents, reason)
	for _, t := range s.clauses[reason].terms {
		if t.node == pivot.node {
			t.in = t.in.and(pivot.in)
			if t.in.empty() {
				continue
			}
		}
		c.or(t)
	}
}

func (s *search) accuse(id int) {
	if id < len(s.blame) {
		s.blame[id]++
	}
}

// core returns the demands from which a clause follows, sorted.
func (s *search) core(c clause) []int {
	seen := map[int]bool{}
	var demands []int
	for todo := c.parents; len(todo) > 0; {
		id := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[id] {
			continue
		}
		seen[id] = true
		if id < len(s.blame) {
			demands = append(demands, id)
		}
		todo = append(todo, s.clauses[id].parents...)
	}
	slices.Sort(demands)
	return demands
}
