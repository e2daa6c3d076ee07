package registry

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/workdir"
)

// SnapshotLink returns the pack in the directory that ref is linked to, as it is now: its
// files may change at any time, so it is not leased. Its record has the settings of the
// installed pack, if there is one, and neither a generation nor environments. Without a
// link, the error matches [pack.ErrNotFound].
//
// The directory is checked as [Store.Link] does. It is an error if the link or the pack in
// the directory is damaged, if the directory has another pack by now, and if the
// configuration of the ref does not fit its conf_schema.
func (s *Store) SnapshotLink(ctx context.Context, ref pack.Ref) (*Snapshot, error) {
	leave, err := s.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	if _, err := pack.ParseRef(ref.String()); err != nil {
		return nil, err
	}
	l, err := s.link(ref)
	if err != nil {
		return nil, err
	}
	linked, err := s.linkedPack(ctx, l)
	if err != nil {
		return nil, fmt.Errorf("use the link of pack %s: %w", ref, err)
	}
	return &Snapshot{Packs: []SnapshotPack{*linked}}, nil
}

func (s *Store) linkedPack(ctx context.Context, l *Link) (*SnapshotPack, error) {
	p, err := s.loadLink(l)
	if err != nil {
		return nil, err
	}
	problems, err := s.configProblems(ctx, &p.Manifest)
	if err != nil {
		return nil, err
	}
	if len(problems) > 0 {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "the configuration of the pack does not fit the conf_schema in %q: %s; set it anew", l.Dir, strings.Join(problems, "; "))
	}
	installed, err := s.config.Records.Pack(ctx, l.Ref)
	if err != nil && !errors.Is(err, pack.ErrNotFound) && !damaged(err) {
		return nil, err
	}
	rec := Record{Ref: l.Ref, Manifest: p.Manifest, Settings: installed.Settings}
	rec.Active.Version = p.Manifest.Version
	own := ownComponents(p)
	return &SnapshotPack{Record: rec, Dir: l.Dir, components: func() ([]pack.Component, error) { return own, nil }}, nil
}

// loadLink loads the pack of a link.
func (s *Store) loadLink(l *Link) (*pack.Pack, error) {
	if l.Problem != "" {
		return nil, pack.Errorf(pack.CodeStoreCorrupt, "%s", l.Problem)
	}
	p, err := s.loadLinked(l.Dir)
	switch {
	case err != nil:
		return nil, fmt.Errorf("linked directory %q: %w", l.Dir, err)
	case p.Manifest.Ref != l.Ref:
		return nil, pack.Errorf(pack.CodeConflict, "%q now has the pack %s; unlink %s, and link the directory again", l.Dir, p.Manifest.Ref, l.Ref)
	}
	return p, nil
}

// loadLinked checks and loads the pack in a directory.
func (s *Store) loadLinked(dir string) (*pack.Pack, error) {
	owners, err := ownersLike(s.config.Root)
	if err != nil {
		return nil, err
	}
	if err := owners.checkPath(dir); err != nil {
		return nil, err
	}
	opened, err := workdir.Open(s.config.Open, dir, false)
	if err != nil {
		return nil, err
	}
	files := inputFS{Dir: opened}
	defer files.close()
	if err := owners.checkTree(files); err != nil {
		return nil, err
	}
	return pack.Load(files, s.config.Load)
}

// checkPath checks a directory and its parents.
func (o owners) checkPath(dir string) error {
	for path := dir; ; path = filepath.Dir(path) {
		info, err := os.Lstat(path)
		switch {
		case err != nil:
			return notThere(path, err)
		case !info.IsDir():
			return pack.Errorf(pack.CodeInvalidRequest, "%q is not a directory", path)
		}
		sticky := path != dir && info.Mode()&fs.ModeSticky != 0 // others cannot rename what is in it
		if err := o.check(path, info, sticky); err != nil || filepath.Dir(path) == path {
			return err
		}
	}
}

// checkTree checks the files of a pack, which are regular files and directories.
func (o owners) checkTree(files inputFS) error {
	return fs.WalkDir(files, ".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return pack.Errorf(pack.CodeIO, "read the directory: %w", err)
		}
		info, err := files.Lstat(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // an editor has just replaced it
		case err != nil:
			return pack.Errorf(pack.CodeIO, "read the directory: %w", err)
		case !info.IsDir() && !info.Mode().IsRegular():
			return pack.Errorf(pack.CodeForbiddenEntry, "%q is neither a regular file nor a directory", name)
		}
		return o.check(name, info, false)
	})
}

// check refuses what others may change.
func (o owners) check(name string, info fs.FileInfo, sticky bool) error {
	switch {
	case !o.has(info):
		return pack.Errorf(pack.CodePolicyDenied, "%q belongs to another user, who could change what runs", name)
	case worldWritable(info) && !sticky:
		return pack.Errorf(pack.CodePolicyDenied, "%q is world-writable; run chmod o-w on it", name)
	}
	return nil
}
