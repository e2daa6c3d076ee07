package deps

import (
	"slices"

	"github.com/packtrain/pack"
)

// A graph records which packs need which others. Needs of packs that are not nodes are
// ignored.
type graph struct {
	nodes []pack.Ref // in the order in which ties are broken
	needs map[pack.Ref][]pack.Ref
}

// components returns the strongly connected components, each after those it
// needs, with Tarjan's algorithm. A component of several packs holds a cycle.
func (g graph) components() [][]pack.Ref {
	t := tarjan{graph: g, index: map[pack.Ref]int{}, low: map[pack.Ref]int{}, onStack: map[pack.Ref]bool{}}
	for _, ref := range g.nodes {
		if _, seen := t.index[ref]; !seen {
			t.visit(ref)
		}
	}
	return t.found
}

type tarjan struct {
	graph
	index, low map[pack.Ref]int
	onStack    map[pack.Ref]bool
	stack      []pack.Ref
	found      [][]pack.Ref
}

func (t *tarjan) visit(ref pack.Ref) {
	t.index[ref] = len(t.index)
	t.low[ref] = t.index[ref]
	t.stack, t.onStack[ref] = append(t.stack, ref), true
	for _, next := range t.needs[ref] {
		if _, seen := t.index[next]; !seen {
			t.visit(next)
			t.low[ref] = min(t.low[ref], t.low[next])
		} else if t.onStack[next] {
			t.low[ref] = min(t.low[ref], t.index[next])
		}
	}
	if t.low[ref] == t.index[ref] {
		t.pop(ref)
	}
}

// pop takes the component that begins with ref off the stack.
func (t *tarjan) pop(ref pack.Ref) {
	at := len(t.stack)
	for t.onStack[ref] {
		at--
		t.onStack[t.stack[at]] = false
	}
	t.found = append(t.found, slices.Clone(t.stack[at:]))
	t.stack = t.stack[:at]
}
