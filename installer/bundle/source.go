package bundle

import (
	"context"
	"errors"
	"fmt"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

// Source returns a source that resolves as next does, and delivers the packs of the
// bundle; what it does not have, next delivers.
func (b *Bundle) Source(next source.Source) source.Source { return &bundled{next, b} }

// A bundled source is one with a bundle before it.
type bundled struct {
	source.Source
	bundle *Bundle
}

// Fetch implements [source.Fetcher].
func (s *bundled) Fetch(ctx context.Context, pin pack.Pin, dst source.Sink) (err error) {
	e := s.bundle.find(pin)
	if e == nil {
		return s.Source.Fetch(ctx, pin, dst)
	}
	if pin.TreeDigest == "" && pin.Via.VerifiedBy != "" && pin.DirectoryChecksum == "" {
		return pack.Errorf(pack.CodePolicyDenied,
			"the signatures of index %q do not cover the files of %s in the bundle, only its archive: install it by a packs.lock", pin.Via.Index, e.Name)
	}
	c, err := s.bundle.open(ctx, e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if err := pushTree(ctx, c, pin, dst); err != nil {
		return fmt.Errorf("deliver from the bundle: %w", err)
	}
	return nil
}

// Has reports whether the bundle has the pack that a pin stands for.
func (b *Bundle) Has(pin pack.Pin) bool { return b.find(pin) != nil }

// find returns the pack that a pin stands for, nil for none.
func (b *Bundle) find(pin pack.Pin) *Entry {
	for i := range b.manifest.Entries {
		e := &b.manifest.Entries[i]
		if e.Kind == KindPack && e.has(pin) {
			return e
		}
	}
	return nil
}

// has reports whether the files of a pack are those of a pin.
func (e *Entry) has(pin pack.Pin) bool {
	if pin.TreeDigest != "" {
		return pin.TreeDigest == e.Tree
	}
	for _, p := range e.Pins {
		if p.TreeDigest = ""; p.SameContent(pin) {
			return true
		}
	}
	return false
}
