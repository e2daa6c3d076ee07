package gitsource

import (
	"context"
	"errors"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/git"
)

// resolve returns the commit that a rev means.
func (r *remote) resolve(ctx context.Context, rev string) (plumbing.Hash, error) {
	if commit, ok := git.ParseID(rev); ok {
		return commit, ctx.Err()
	}
	list, err := r.list(ctx)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	return list.commit(rev)
}

// recent is the depth of history that is searched for a commit before all of it
// is received.
const recent = 50

// fetchCommit receives a commit into s, in one request when the server serves
// commits that it does not advertise. Otherwise it asks for advertised objects:
// a branch or tag that is at the commit, or the branch that rev names, of which
// the recent history first and then all.
func (r *remote) fetchCommit(ctx context.Context, commit plumbing.Hash, rev string, s *git.Store) error {
	err := r.fetch(ctx, commit, 1, s)
	if _, refused := errors.AsType[*refusal](err); !refused {
		return err
	}
	list, err := r.list(ctx)
	if err != nil {
		return err
	}
	if tip, ok := list.tip(commit); ok {
		return r.fetch(ctx, tip, 1, s)
	}
	if tip, ok := list.history(rev); ok {
		if found, err := r.search(ctx, tip, commit, s); found || err != nil {
			return err
		}
	}
	return unserved(commit, rev)
}

// search receives the history of tip up to a commit.
func (r *remote) search(ctx context.Context, tip, commit plumbing.Hash, s *git.Store) (found bool, err error) {
	for _, depth := range []int{recent, 0} {
		s.Clear()
		if err := r.fetch(ctx, tip, depth, s); err != nil {
			return false, err
		}
		if s.Has(commit) {
			return true, nil
		}
	}
	return false, nil
}

// unserved returns the error for a commit that the server does not serve.
func unserved(commit plumbing.Hash, rev string) error {
	if _, ok := git.ParseID(rev); !ok && rev != "" {
		return pack.Errorf(pack.CodeContentChanged, "commit %s is not served, and the branch or tag %s no longer leads to it: pin another commit", commit, shown(rev))
	}
	return broken("the server does not serve commit %s, which is in no branch or tag that it advertises: "+
		"name the branch, or set uploadpack.allowReachableSHA1InWant on the server", commit)
}
