package gitsource

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/git"
	"github.com/packtrain/pack/internal/os/roots"
)

// fileScheme starts the location of a repository of this machine.
const fileScheme = "file:"

// A local is a repository of this machine. Nothing of it is read but branches,
// tags and objects: no configuration, hooks, grafts, replacements or
// alternates.
type local struct {
	dir     *os.Root // the directory named ".git" in a work tree
	objects *os.Root
	packs   []*git.Pack
	limits  Limits
}

// localPath returns the path in a location such as "file:///srv/x.git".
func localPath(location string) (string, error) {
	u, err := url.Parse(location)
	if err != nil || u.Opaque != "" || u.Host != "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", pack.Errorf(pack.CodePolicyDenied, "git repository %s: want file:///path, with nothing else", shown(location))
	}
	return filepath.FromSlash(u.Path), nil
}

// openLocal opens the repository in the directory path, or in ".git" below.
func openLocal(allowed roots.Allowed, path string, limits Limits) (*local, error) {
	dir, err := allowed.OpenDir(path)
	if err != nil {
		return nil, err
	}
	if dir, err = enterGit(dir); err != nil {
		return nil, err
	}
	l := &local{dir: dir, limits: limits}
	if l.objects, err = enterDir(dir, "objects"); err != nil {
		return nil, errors.Join(noRepository(err), l.close())
	}
	if l.packs, err = openPacks(l.objects); err != nil {
		return nil, errors.Join(err, l.close())
	}
	return l, nil
}

// enterGit opens the directory ".git" of a work tree in place of dir. A file of
// that name leads elsewhere, as of a submodule, and is not followed.
func enterGit(dir *os.Root) (*os.Root, error) {
	info, err := dir.Lstat(".git")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return dir, nil // bare, if anything
	case err == nil && info.Mode().IsRegular():
		err = pack.Errorf(pack.CodeForbiddenEntry, "%q is a file that leads to a repository elsewhere: name that one", ".git")
		return nil, errors.Join(err, dir.Close())
	}
	return roots.Descend(dir, ".git", pack.CodeForbiddenEntry)
}

// enterDir opens the directory name in dir, which stays open.
func enterDir(dir *os.Root, name string) (*os.Root, error) {
	top, err := dir.OpenRoot(".")
	if err != nil {
		return nil, pack.Errorf(pack.CodeIO, "%w", err)
	}
	return roots.Descend(top, name, pack.CodeForbiddenEntry)
}

func noRepository(err error) error {
	if errors.Is(err, pack.ErrNotFound) {
		return pack.Errorf(pack.CodeNotFound, "there is no git repository in the directory")
	}
	return err
}

func (l *local) close() error {
	errs := []error{closeAll(l.packs)}
	if l.objects != nil {
		errs = append(errs, l.objects.Close())
	}
	return errors.Join(append(errs, l.dir.Close())...)
}

// resolve returns the commit of a rev.
func (l *local) resolve(ctx context.Context, rev string) (plumbing.Hash, error) {
	if commit, ok := git.ParseID(rev); ok {
		return commit, ctx.Err()
	}
	list, err := l.list(ctx)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	return list.commit(rev)
}

// fetchCommit lets s load objects on demand, and loads the commit.
func (l *local) fetchCommit(ctx context.Context, commit plumbing.Hash, _ string, s *git.Store) error {
	s.Missing = newLoader(l, s, l.limits).load(ctx)
	_, err := s.Find(commit, plumbing.CommitObject)
	return err
}
