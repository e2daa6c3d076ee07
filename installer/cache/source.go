package cache

import (
	"context"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

// Source returns a source that resolves as next does, and delivers the trees that are
// kept; what is not, it fetches from next and keeps, as the package comment says.
// Content that could not be kept is noted ([pack.Note]), and does not fail the fetch.
func (c *Cache) Source(next source.Source) source.Source {
	return &cached{Source: next, cache: c}
}

// A cached source is one with a cache before it.
type cached struct {
	source.Source
	cache *Cache
}

// Fetch implements [source.Fetcher].
func (s *cached) Fetch(ctx context.Context, pin pack.Pin, dst source.Sink) error {
	if t := s.cache.find(ctx, pin); t != nil {
		defer t.close()
		return t.push(ctx, pin, dst)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if ctx.Value(keepKey{}) == nil && pin.TreeDigest == "" && mark(pin) == "" {
		return s.Source.Fetch(ctx, pin, dst)
	}
	return s.fetch(ctx, pin, dst)
}

// fetch fetches a pin whose tree is kept then, unless another process does so first.
func (s *cached) fetch(ctx context.Context, pin pack.Pin, dst source.Sink) error {
	end, err := s.cache.turn(ctx, pin)
	if err != nil {
		return err
	}
	defer end()
	if t := s.cache.find(ctx, pin); t != nil {
		defer t.close()
		return t.push(ctx, pin, dst)
	}
	r, err := s.cache.record(pin, dst)
	if err != nil {
		pack.Note(ctx, "the content is not kept: %v", err)
		return s.Source.Fetch(ctx, pin, dst)
	}
	defer r.discard()
	if err := s.Source.Fetch(ctx, pin, r); err != nil {
		return err
	}
	if err := r.keep(ctx); err != nil {
		pack.Note(ctx, "the content is not kept: %v", err)
	}
	return nil
}

// find returns the tree of a pin, with its content verified; nil if it is not kept.
func (c *Cache) find(ctx context.Context, pin pack.Pin) *tree {
	digest := pin.TreeDigest
	if digest == "" {
		digest = c.treeOf(pin)
	}
	path, ok := c.treePath(digest)
	if !ok {
		return nil
	}
	t, err := openTree(ctx, path, digest)
	if err == nil {
		return t
	}
	if pack.CodeOf(err) == pack.CodeChecksumMismatch {
		pack.Note(ctx, "damaged content in the cache is fetched again: %v", err)
		c.remove(path)
	}
	return nil
}
