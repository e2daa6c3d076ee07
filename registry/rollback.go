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
	// returns the record. It needs no network and runs no tests. It does not check
	// whether the dependencies of that generation are still installed, because rolling
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
	leave, err := s.enter()
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
	if err != nil {
		return Record{}, fmt.Errorf("roll back pack %s: %w", ref, err)
	}
	return rec, nil
}

func (s *Store) rollBack(ctx context.Context, ref pack.Ref, allowBreak []pack.Ref) (Record, error) {
	release, err := s.lock(ctx, []pack.Ref{ref})
	if err != nil {
		return Record{}, err
	}
	defer release()
	rec, err := s.config.Records.Pack(ctx, ref)
	if err != nil {
		return Record{}, err
	}
	move, err := s.movingBack(ctx, rec, allowBreak)
	if err != nil {
		return Record{}, err
	}
	if err := s.checkPointer(rec); err != nil {
		return Record{}, err
	}
	applied, err := s.apply(ctx, generations.Operation{Time: s.now(), Moves: []generations.Move{move}}, s.disk.Apply)
	return applied[ref], err
}

// movingBack returns the move to the generation before the active one, if that is
// unchanged.
func (s *Store) movingBack(ctx context.Context, rec Record, allowBreak []pack.Ref) (move generations.Move, err error) {
	earlier, err := s.earlier(ctx, rec)
	if err != nil {
		return move, err
	}
	breaks, err := s.changeBreaks(ctx, rec.Ref, rec.Active.Version, earlier.Version)
	if err != nil {
		return move, err
	}
	broken, err := breaks.refuse(allowBreak)
	if err != nil {
		return move, err
	}
	s.logBroken(rec.Ref, broken)
	if err := s.checkGeneration(rec.Ref, earlier); err != nil {
		return move, err
	}
	metadata, err := s.disk.Metadata(rec.Ref, earlier.Name)
	if err != nil {
		return move, err
	}
	_, err = parseMetadata(rec.Ref, earlier.Name, metadata)
	return generations.Move{Ref: rec.Ref, From: rec.Active.Name, To: earlier.Name, Metadata: metadata}, err
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
	return checkEnvironments(s.disk.Generation(ref, g.Name), g)
}

// checkEnvironments checks that the environments pinned by the generation in dir still
// exist, with their interpreters, which may be links to uninstalled programs.
func checkEnvironments(dir string, g *Generation) error {
	var needed []string
	for name := range generations.LinksTo(g.Environments) {
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
