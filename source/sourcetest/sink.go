package sourcetest

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

// A stopSink takes everything, and may do something after each entry.
type stopSink struct {
	puts  int
	after func(puts int) error
}

// Put takes an entry and reads its content.
func (s *stopSink) Put(_ context.Context, _ source.Entry, content io.Reader) error {
	s.puts++
	if content != nil {
		if _, err := io.Copy(io.Discard, content); err != nil {
			return err
		}
	}
	if s.after == nil {
		return nil
	}
	return s.after(s.puts)
}

// fetch fetches pin into a new Tree. It is safe for concurrent use.
func (h Harness) fetch(ctx context.Context, t testing.TB, pin pack.Pin) (source.TreeResult, error) {
	dir := filepath.Join(t.TempDir(), "tree")
	tree, err := source.NewTree(dir, &source.TreeOptions{StripTop: pin.StripTop, Subdir: pin.Subdir})
	if err != nil {
		return source.TreeResult{}, err
	}
	if err := h.mux.Fetch(ctx, pin, tree); err != nil {
		return source.TreeResult{}, fmt.Errorf("fetch %s %q: %w", pin.Scheme, pin.Location, closeAfter(err, tree))
	}
	return tree.Finish()
}

// closeAfter discards a tree after an error.
func closeAfter(err error, tree *source.Tree) error {
	if discardErr := tree.Discard(); discardErr != nil {
		return fmt.Errorf("%w (and discard: %w)", err, discardErr)
	}
	return err
}
