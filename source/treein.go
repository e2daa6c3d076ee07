package source

import (
	"errors"
	"fmt"
	"os"

	"github.com/packtrain/pack"
)

// NewTreeIn returns a Tree that writes below root, an open directory that is
// empty: replacing that directory, or one above it, does not redirect writes.
// The caller still closes root and removes the directory, which [Tree.Discard]
// does not do. TreeResult.Dir is relative to root, "" for root itself. opts may
// be nil.
func NewTreeIn(root *os.Root, opts *TreeOptions) (*Tree, error) {
	return newTree(opts, func() (*os.Root, error) { return openAgain(root) })
}

// openAgain opens the directory of root, which is empty, once more.
func openAgain(root *os.Root) (*os.Root, error) {
	again, err := root.OpenRoot(".")
	if err != nil {
		return nil, pack.Errorf(pack.CodeIO, "create tree: %w", err)
	}
	if err := prepare(again, false); err != nil {
		return nil, errors.Join(fmt.Errorf("create tree in %q: %w", root.Name(), err), again.Close())
	}
	return again, nil
}
