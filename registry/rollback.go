package registry

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/internal/generations"
)

// A RollBacker brings back an earlier generation of a pack.
type RollBacker interface {
	// RollBack activates the previously active generation, with its environments, and
	// returns the record. It needs no network and runs no tests. Dependencies of that
	// generation that are not met any more are logged and do not stop it, because rolling
	// back has to work in any state of the other packs. opts may be nil.
	//
	// The error matches [pack.ErrNotFound] if the pack is not installed or has no
	// earlier generation, and [pack.ErrStore] if the earlier generation is damaged or
	// its environments are missing. It is a [*DependentsError] if installed packs accept
	// the active version but not the earlier one, unless opts allow these to break.
	RollBack(ctx context.Context, ref pack.Ref, opts *RollBackOptions) (Record, error)
}

// RollBackOptions change how a pack is rolled back.
type RollBackOptions struct {
	// AllowBreak names the installed packs whose dependencies may be left unmet, or
	// holds [AnyDependent].
	AllowBreak []pack.Ref
}

var _ RollBacker = (*Store)(nil)

// RollBack implements [RollBacker]. Rolling back twice goes back two
// generations; registering the newer content again goes forward.
func (s *Store) RollBack(ctx context.Context, ref pack.Ref, opts *RollBackOptions) (Record, error) {
	leave, err := s.enterToChange()
	if err != nil {
		return Record{}, err
	}
	defer leave()
	if _, err := pack.ParseRef(ref.String()); err != nil {
		return Record{}, fmt.Errorf("roll back pack: %w", err)
	}
	if opts == nil {
		opts = &RollBackOptions{}
	}
	rec, err := s.rollBack(ctx, ref, opts.AllowBreak)
	return rec, s.explain(ctx, "roll back pack "+ref.String(), err)
}

func (s *Store) rollBack(ctx context.Context, ref pack.Ref, allowBreak []pack.Ref) (Record, error) {
	lock, err := s.lock(ctx, []pack.Ref{ref})
	if err != nil {
		return Record{}, err
	}
	defer lock.Release()
	rec, err := s.config.Records.Pack(ctx, ref)
	if err != nil {
		return Record{}, err
	}
	earlier, err := s.earlier(ctx, rec)
	if err != nil {
		return Record{}, err
	}
	breaks, err := s.changeBreaks(ctx, ref, rec.Active.Version, earlier.Version)
	if err != nil {
		return Record{}, err
	}
	broken, err := breaks.refuse(allowBreak)
	if err != nil {
		return Record{}, err
	}
	if err := s.checkPointer(ctx, rec); err != nil {
		return Record{}, err
	}
	if rec, err = s.moveBack(ctx, lock, rec, earlier); err != nil {
		return Record{}, err
	}
	s.logBroken(ref, broken)
	s.logUnmet(ctx, rec)
	return rec, nil
}

// moveBack makes an earlier generation the active one, if it is unchanged.
func (s *Store) moveBack(ctx context.Context, lock generations.Lock, rec Record, earlier *Generation) (Record, error) {
	if err := s.checkGeneration(rec.Ref, earlier); err != nil {
		return Record{}, err
	}
	metadata, err := s.disk.Metadata(rec.Ref, earlier.Name)
	if err == nil {
		_, err = parseMetadata(rec.Ref, earlier.Name, metadata)
	}
	if err != nil {
		return Record{}, err
	}
	move := generations.Move{Ref: rec.Ref, From: rec.Active.Name, To: earlier.Name, Metadata: metadata}
	applied, err := s.apply(ctx, lock, generations.Operation{Time: s.now(), Actor: actorOf(ctx), Moves: []generations.Move{move}}, s.disk.Apply)
	return applied[rec.Ref], err
}

// earlier returns the generation before the active one. Others may be damaged.
func (s *Store) earlier(ctx context.Context, rec Record) (*Generation, error) {
	recorded, err := s.generations(ctx, rec.Ref)
	i := slices.IndexFunc(recorded, func(g Generation) bool { return g.Name == rec.Active.Previous })
	switch {
	case i >= 0:
		return &recorded[i], nil
	case err == nil || rec.Active.Previous == "":
		return nil, pack.Errorf(pack.CodeNotFound, "there is no earlier generation than %s", rec.Active.Name)
	}
	return nil, err
}

func (s *Store) checkGeneration(ref pack.Ref, g *Generation) error {
	if err := s.checkContent(ref, g); err != nil {
		return err
	}
	return s.checkLinks(ref, g)
}

// checkEnvironments checks that the environments pinned by the generation in dir still
// exist, with their interpreters, which may be links to uninstalled programs.
func (s *Store) checkEnvironments(dir string, g *Generation) error {
	var needed []string
	for name := range s.disk.LinksTo(g.Environments) {
		needed = append(needed, filepath.Join(dir, name))
	}
	for _, e := range g.Environments {
		needed = append(needed, e.Interpreter)
	}
	for _, path := range needed {
		if _, err := os.Stat(path); path != "" && err != nil {
			return pack.Errorf(pack.CodeStoreCorrupt, "environment of generation %s is gone: %w; build it and register version %s again", g.Name, err, g.Version)
		}
	}
	return nil
}
