package gitsource

import (
	"context"
	"errors"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/packtrain/pack/internal/git"
)

const (
	// tagChain is how many tags may lie between a tag and its commit.
	tagChain = 64
	// tagBytes is more than an annotated tag has with its signatures, and
	// tagsBytes more than those that packed-refs does not know of, which are held
	// in memory.
	tagBytes  = 1 << 20
	tagsBytes = 32 << 20
)

// peel resolves annotated tags that packed-refs does not list.
func (r *refReader) peel(ctx context.Context) error {
	tags := newTagReader(ctx, r.local)
	defer tags.store.Close()
	for name, hash := range r.list.names {
		if _, ok := r.list.peeled[name]; ok || !strings.HasPrefix(name, tagPrefix) {
			continue
		}
		target, err := tags.target(hash)
		if _, isBroken := errors.AsType[*git.BrokenError](err); isBroken {
			continue // the error shows when the tag is fetched
		}
		if err != nil {
			return err
		}
		if target != hash {
			r.list.peeled[name] = target
		}
	}
	return nil
}

// A tagReader follows tags of a repository of this machine.
type tagReader struct {
	store *git.Store
	load  func(plumbing.Hash) error
}

func newTagReader(ctx context.Context, l *local) *tagReader {
	s := git.NewStore("")
	limits := l.limits
	limits.ObjectBytes, limits.Bytes = tagBytes, tagsBytes
	loader := newLoader(l, s, limits)
	loader.Only(plumbing.TagObject)
	return &tagReader{store: s, load: loader.load(ctx)}
}

// target returns the object that a tag finally points to, and any other object
// itself.
func (r *tagReader) target(id plumbing.Hash) (plumbing.Hash, error) {
	for range tagChain {
		if err := r.load(id); err != nil {
			if errors.Is(err, git.ErrOtherType) {
				err = nil
			}
			return id, err
		}
		tag, err := r.store.Find(id, plumbing.TagObject)
		if err != nil {
			return id, err
		}
		content, err := r.store.Bytes(tag)
		if err != nil {
			return id, err
		}
		if id, err = git.TagTarget(content); err != nil {
			return id, err
		}
	}
	return id, broken("a tag leads to more than %d others", tagChain)
}
