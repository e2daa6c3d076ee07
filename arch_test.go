package pack_test

import (
	"os"
	"testing"

	"github.com/packtrain/pack/internal/house"
)

// TestHouse keeps the rules of ARCHITECTURE.md true, in all modules.
func TestHouse(t *testing.T) {
	t.Parallel()
	tree, err := house.Load(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range append(tree.Check(), tree.Unused()...) {
		t.Error(v)
	}
}

// TestGraph keeps the structure of the library small enough to see: its nodes are
// the files of the root package and the folders beside them. "make graph" prints it.
func TestGraph(t *testing.T) {
	t.Parallel()
	const maxNodes, maxEdges = 30, 190
	tree, err := house.Load(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	g := tree.Graph()
	t.Logf("\n%s", g)
	if circle := g.Circle(); circle != nil {
		t.Errorf("use each other in a circle: %q", circle)
	}
	if n, e := len(g.Nodes()), g.Edges(); n > maxNodes || e > maxEdges {
		t.Errorf("%d nodes and %d edges, at most %d and %d can be seen at once", n, e, maxNodes, maxEdges)
	}
}
