package registry

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/workdir"
	"github.com/packtrain/pack/registry/internal/generations"
)

// heal repairs the differences of a pack, whose lock is held, and returns those that are
// left.
func (s *Store) heal(ctx context.Context, lock generations.Lock, ref pack.Ref, found []Difference) (left []Difference, err error) {
	active, err := s.ledger().Active(ctx, ref)
	if err != nil || active == "" { // the records do not list it, so nothing is known of it
		return found, err
	}
	_, err = os.Lstat(s.disk.Content(ref, active)) // else a new generation gets the pointer
	if has(found, DifferencePointer) && err == nil {
		if err := s.disk.Follow(ctx, lock, ref, active); err != nil {
			s.config.Logger.Warn("link to pack cannot be repaired", "pack", ref, "error", err)
			return found, nil
		}
	}
	if has(found, DifferenceContent, DifferenceEnvironment, DifferenceRecord) {
		err := s.renew(ctx, lock, ref, active, !has(found, DifferenceContent, DifferenceRecord))
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			s.config.Logger.Warn("pack cannot be repaired", "pack", ref, "error", err)
		}
	}
	return s.verify(ctx, ref)
}

func has(found []Difference, kinds ...DifferenceKind) bool {
	return slices.ContainsFunc(found, func(d Difference) bool { return slices.Contains(kinds, d.Kind) })
}

// renew replaces the active generation by a new one of the same content. It is an error
// if no generation has the content unchanged, or, for the sake of its environments alone,
// if one of them is gone.
func (s *Store) renew(ctx context.Context, lock generations.Lock, ref pack.Ref, active string, environmentsAlone bool) error {
	a, err := s.activationOf(ctx, ref, active)
	if err != nil {
		return err
	}
	g := &a.Generation
	source, err := s.intactContent(ref, active, g.TreeDigest)
	if err != nil {
		return err
	}
	if err := s.chooseEnvironments(ctx, g); err != nil && environmentsAlone {
		return err
	}
	if err := s.checkUntouched(g); err != nil {
		return err
	}
	staging, err := s.disk.Begin(ctx)
	if err != nil {
		return err
	}
	defer staging.End()
	staged, err := staging.Mkdir()
	if err != nil {
		return err
	}
	if err := s.copyContent(ctx, source, filepath.Join(staged, generations.ContentName), g.TreeDigest); err != nil {
		return err
	}
	if err := s.disk.Link(staged, s.disk.LinksTo(g.Environments)); err != nil {
		return err
	}
	if g.Name, err = s.nextGeneration(ctx, lock, ref, active, g.TreeDigest); err != nil {
		return err
	}
	return s.applyRenewed(ctx, lock, a, active, staging, staged)
}

func (s *Store) applyRenewed(ctx context.Context, lock generations.Lock, a *Activation, active string, staging *generations.Staging, staged string) error {
	documents, err := a.Encoded()
	if err != nil {
		return err
	}
	op := generations.Operation{Time: s.now()}
	a.Previous, a.Time, a.Generation.Created = active, op.Time, op.Time
	a.Generation.Environments = toRoot(s.config.Root, a.Generation.Environments)
	a.Generation.Actor = actorOf(ctx)
	components, err := staging.WriteComponents(staged, documents)
	if err != nil {
		return err
	}
	data, err := (&metadata{*a, digestOf(documents)}).encode()
	if err != nil {
		return err
	}
	op.Moves = []generations.Move{{Ref: a.Ref, From: active, To: a.Generation.Name, Metadata: data, Components: components, Staged: staged}}
	_, err = s.apply(ctx, lock, op, staging.Apply)
	return err
}

// activationOf returns what is known of the active generation: from the records, with the
// components of its metadata unless these are damaged; from the metadata if the record is.
func (s *Store) activationOf(ctx context.Context, ref pack.Ref, active string) (*Activation, error) {
	rec, err := s.config.Records.Pack(ctx, ref)
	a, recallErr := s.recall(ref, active)
	switch {
	case damaged(err):
		return a, recallErr
	case err != nil:
		return nil, err
	case recallErr != nil:
		a = &Activation{Ref: ref}
		if a.Components, err = s.config.Records.Components(ctx, ref); err != nil {
			return nil, err
		}
	}
	a.Generation, a.Manifest = rec.Active, rec.Manifest
	return a, nil
}

// intactContent returns the directory of a generation with the given tree digest, the
// active one if it has it.
func (s *Store) intactContent(ref pack.Ref, active string, tree pack.Digest) (dir string, err error) {
	names, err := s.disk.Generations(ref)
	if err != nil {
		return "", err
	}
	for _, name := range append([]string{active}, names...) {
		dir := s.disk.Content(ref, name)
		if !generations.SameStart(name, active) { // of the tree digest
			continue
		}
		if got, err := pack.TreeDigest(os.DirFS(dir)); err == nil && got == tree {
			return dir, nil
		}
	}
	return "", pack.Errorf(pack.CodeStoreCorrupt, "no generation of pack %s has the content unchanged", ref)
}

// chooseEnvironments gives g the environments attached to its content, or keeps the pinned
// ones if none are. It is an error if one does not exist any more.
func (s *Store) chooseEnvironments(ctx context.Context, g *Generation) error {
	attached, err := s.environments(ctx, g.TreeDigest)
	if err != nil {
		return err
	}
	if len(attached) > 0 {
		g.Environments = attached
	}
	for _, e := range g.Environments {
		for _, path := range []string{e.Path, e.Interpreter} {
			if _, err := os.Stat(path); path != "" && err != nil {
				return pack.Errorf(pack.CodeStoreCorrupt, "environment is gone: %w", err)
			}
		}
	}
	return nil
}

// copyContent copies content that has the given digest.
func (s *Store) copyContent(ctx context.Context, from, to string, tree pack.Digest) error {
	dir, err := workdir.Open(nil, from, true)
	if err != nil {
		return err
	}
	in := inputFS{Dir: dir}
	defer in.close()
	got, err := in.bringTo(ctx, to)
	if err == nil && got.tree != tree {
		err = pack.Errorf(pack.CodeContentChanged, "the content was changed while it was read")
	}
	return err
}
