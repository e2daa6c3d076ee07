package gitsource

import (
	"context"
	"errors"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/git"
	"github.com/packtrain/pack/internal/os/roots"
)

// A loader copies objects of a repository of this machine into a store, packed
// or loose.
type loader struct {
	*git.Loader

	local   *local
	store   *git.Store
	renewed bool // the packs were listed again
}

func newLoader(l *local, s *git.Store, limits Limits) *loader {
	return &loader{Loader: git.NewLoader(s, limits.objects()), local: l, store: s}
}

// load returns a function that loads an object unless it is there.
func (l *loader) load(ctx context.Context) func(plumbing.Hash) error {
	return func(id plumbing.Hash) error {
		if l.store.Has(id) {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		return l.find(ctx, id)
	}
}

func (l *loader) find(ctx context.Context, id plumbing.Hash) error {
	if ok, err := l.Packed(ctx, id, l.local.packs); ok || err != nil {
		return err
	}
	if err := l.loose(id); !errors.Is(err, pack.ErrNotFound) {
		return err
	}
	if l.renewed {
		return l.local.absent(id)
	}
	l.renewed = true // git may have packed loose objects
	if err := l.local.renewPacks(); err != nil {
		return err
	}
	return l.find(ctx, id)
}

// loose loads an object that lies in a file of its own.
func (l *loader) loose(id plumbing.Hash) error {
	name := id.String()
	f, _, err := roots.OpenFile(l.local.objects, name[:2]+"/"+name[2:])
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // it was only read
	return l.Loose(id, f)
}
