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
