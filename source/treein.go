package source

import (
	"errors"
	"fmt"
	"os"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/extract"
)

// NewTreeIn returns a Tree that writes below root, an open directory that is
// empty: whoever exchanges that directory, or one above it, for another one does
// not move what is written. root remains the caller's to close, and the directory
// to remove, which [Tree.Discard] leaves to it. TreeResult.Dir is relative to
// root, "" for root itself. opts may be nil.
func NewTreeIn(root *os.Root, opts *TreeOptions) (*Tree, error) {
	t := &Tree{} // without dir, so that nothing is removed
	if opts != nil {
		t.opts = *opts
	}
	if err := t.cleanSubdir(); err != nil {
		return nil, err
	}
	var err error
	if t.root, err = root.OpenRoot("."); err != nil {
		return nil, pack.Errorf(pack.CodeIO, "create tree: %w", err)
	}
	if err := prepare(t.root, false); err != nil {
		return nil, errors.Join(fmt.Errorf("create tree in %q: %w", root.Name(), err), t.root.Close())
	}
	t.writer = extract.New(t.root, t.extractOptions())
	return t, nil
}
