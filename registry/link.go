package registry

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/packtrain/pack"
)

// A Link makes a working directory available to the author of a pack, as the installed
// pack with that ref. It is neither recorded nor a generation: it meets no dependency, and
// all methods that do not name links ignore it. A program that runs actions may use the
// directory, by [Store.SnapshotLink].
type Link struct {
	Ref pack.Ref `json:"pack_ref"`
	// Dir is the absolute path of the directory, without symbolic links. "" if Problem says
	// why it is unknown.
	Dir string `json:"directory"`
	// Actor is the name that the host gave, see [WithActor]; "" for none.
	Actor string `json:"actor"`
	// Created is the time of the link; zero if it is unknown.
	Created time.Time `json:"created"`
	// Problem says why the link cannot be read; "" if it can. The directory is not looked
	// at: it may be on a file system that does not answer.
	Problem string `json:"problem"`
}

// Link links the ref of the pack in the directory dir to it. The path is absolute. The
// pack has to load, and need not be installed. Repeating it changes nothing but the time.
//
// The directory may not be in the root, nor the root in it. It, its parents and the files of
// the pack belong to the user of this process, the owner of the root or the superuser, and
// are not world-writable, because readers of the root run them; otherwise the error has
// [pack.CodePolicyDenied]. A ref that is linked to another directory is an error that
// matches [pack.ErrConflict].
func (s *Store) Link(ctx context.Context, dir string) (*Link, error) {
	leave, err := s.enterToChange()
	if err != nil {
		return nil, err
	}
	defer leave()
	l, err := s.linkTo(ctx, dir)
	if err != nil {
		return nil, fmt.Errorf("link directory %q: %w", dir, err)
	}
	return l, nil
}

func (s *Store) linkTo(ctx context.Context, dir string) (*Link, error) {
	dir, err := s.outsideOfRoot(dir)
	if err != nil {
		return nil, err
	}
	p, err := s.loadLinked(dir)
	if err != nil {
		return nil, err
	}
	ref := p.Manifest.Ref
	if provided, reserved := s.provided[ref]; reserved {
		return nil, provided.Reserved()
	}
	lock, err := s.lock(ctx, []pack.Ref{ref})
	if err != nil {
		return nil, err
	}
	defer lock.Release()
	if old, err := s.link(ref); err == nil && old.Problem == "" && old.Dir != dir {
		return nil, pack.Errorf(pack.CodeConflict, "pack %s is linked to %q already; unlink it first", ref, old.Dir)
	}
	l := &Link{Ref: ref, Dir: dir, Actor: actorOf(ctx), Created: s.now()}
	return l, s.writeLink(l)
}

// outsideOfRoot returns the path of dir without symbolic links. It refuses one in the root,
// and one that the root is in.
func (s *Store) outsideOfRoot(dir string) (string, error) {
	if !filepath.IsAbs(dir) {
		return "", pack.Errorf(pack.CodeInvalidRequest, "the path is not absolute")
	}
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return "", notThere(dir, err)
	}
	root, err := filepath.EvalSymlinks(s.config.Root)
	if err != nil {
		return "", pack.Errorf(pack.CodeIO, "find root: %w", err)
	}
	if contains(root, real) || contains(real, root) {
		return "", pack.Errorf(pack.CodePolicyDenied, "it lies in the root %q, or the root in it; keep the pack elsewhere", root)
	}
	return real, nil
}

func contains(dir, path string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

// notThere returns err, by which the path of a linked directory cannot be found, with its
// code.
func notThere(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return pack.Errorf(pack.CodeNotFound, "%q does not exist", path)
	}
	return pack.Errorf(pack.CodeIO, "find the directory: %w", err)
}

// Unlink removes the link of ref, also one that cannot be read, and returns it. Without
// one, the error matches [pack.ErrNotFound]. The directory remains as it is.
func (s *Store) Unlink(ctx context.Context, ref pack.Ref) (*Link, error) {
	leave, err := s.enterToChange()
	if err != nil {
		return nil, err
	}
	defer leave()
	if _, err := pack.ParseRef(ref.String()); err != nil {
		return nil, err
	}
	lock, err := s.lock(ctx, []pack.Ref{ref})
	if err != nil {
		return nil, err
	}
	defer lock.Release()
	l, err := s.link(ref)
	if err != nil {
		return nil, err
	}
	return l, s.removeLink(ref)
}

// Links returns the links, ordered by ref. One that cannot be read has a Problem.
func (s *Store) Links(context.Context) ([]Link, error) {
	leave, err := s.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	return s.links()
}

// linksByRef returns all links. An error is logged: links never keep packs from being
// listed.
func (s *Store) linksByRef() map[pack.Ref]*Link {
	links, err := s.links()
	if err != nil {
		s.config.Logger.Warn("linked packs are not marked", "error", err)
	}
	byRef := make(map[pack.Ref]*Link, len(links))
	for i := range links {
		byRef[links[i].Ref] = &links[i]
	}
	return byRef
}
