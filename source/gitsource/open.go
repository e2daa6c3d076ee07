package gitsource

import (
	"context"
	"errors"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/archive/write"
	"github.com/packtrain/pack/internal/git"
	"github.com/packtrain/pack/source/web"
)

// A repository is on a server or on this machine.
type repository interface {
	resolve(ctx context.Context, rev string) (plumbing.Hash, error)
	// fetchCommit makes a commit, with its trees and files, readable in s. rev is
	// the branch or tag by which it was found, or "".
	fetchCommit(ctx context.Context, commit plumbing.Hash, rev string, s *git.Store) error
	close() error
}

// with calls a function with the repository of a pin, within the time limit.
func (s *Source) with(ctx context.Context, pin pack.Pin, do func(context.Context, repository) error) error {
	target := targetOf(pin.Location)
	r, err := s.open(pin.Location, target)
	if err != nil {
		return err
	}
	err = checkPin(pin)
	if err == nil {
		ctx, cancel := s.bound(ctx)
		err = do(ctx, r)
		cancel()
	}
	return explain(target, errors.Join(err, r.close()))
}

// targetOf is a location for messages.
func targetOf(location string) string {
	if strings.HasPrefix(location, fileScheme) {
		return shown(location)
	}
	return web.Redact(location)
}

func (s *Source) open(location, target string) (repository, error) {
	if strings.HasPrefix(location, fileScheme) {
		return s.openLocal(location, target)
	}
	u, err := s.client.ParseURL(location)
	if err != nil {
		return nil, err
	}
	if u.RawQuery != "" || u.ForceQuery {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "git repository %s: the URL has a query: leave it out", target)
	}
	return &remote{client: s.client, target: target, url: strings.TrimSuffix(u.String(), "/"), limits: s.limits}, nil
}

func (s *Source) openLocal(location, target string) (repository, error) {
	if len(s.roots.Dirs) == 0 {
		return nil, pack.Errorf(pack.CodePolicyDenied, "git repository %s: repositories of this machine are not allowed here", target)
	}
	path, err := localPath(location)
	if err != nil {
		return nil, err
	}
	r, err := openLocal(s.roots, path, s.limits)
	if err != nil {
		return nil, explain(target, err)
	}
	return r, nil
}

// checkPin checks a pin before the repository is read.
func checkPin(pin pack.Pin) error {
	if err := checkSubdir(pin.Subdir); err != nil {
		return err
	}
	if _, ok := git.ParseID(pin.Commit); !ok && pin.Commit != "" {
		return pack.Errorf(pack.CodeGit, "commit %s: write a SHA-1 commit with all of its 40 digits", shown(pin.Commit))
	}
	return checkRev(pin.Rev)
}

// checkSubdir refuses a subdir that is neither "" nor a valid name of a
// directory in a pack.
func checkSubdir(subdir string) error {
	if subdir == "" {
		return nil
	}
	clean, err := write.CleanName(subdir, write.Limits{})
	if err == nil && clean == subdir {
		return nil
	}
	return pack.Errorf(pack.CodeUnsafePath, "directory %s: write its names in the repository, separated by %q", shown(subdir), "/")
}

func (s *Source) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	if s.timeout < 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, s.timeout)
}
