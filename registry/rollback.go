package registry

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/internal/generations"
)

// A RollBacker brings back other generations of a pack.
type RollBacker interface {
	// RollBack activates a kept generation, with its environments: the one that was active
	// before, or the one that opts names, which can also be a later one. It needs no network
	// and runs no tests. Dependencies of that generation that are not met any more are
	// reported and do not stop it, because rolling back has to work in any state of the other
	// packs. If the generation that opts names is active already, nothing changes. opts may
	// be nil.
	//
	// The error matches [pack.ErrNotFound] if the pack is not installed or does not have
	// such a generation, [pack.ErrConflict] if another generation is active than opts
	// expect, and [pack.ErrStore] if the generation is damaged or its environments are
	// missing. It is a [*DependentsError] if installed packs accept the active version but
	// not the other one, unless opts allow these to break.
	RollBack(ctx context.Context, ref pack.Ref, opts *RollBackOptions) (RollBackReport, error)
}

// RollBackOptions change how a pack is rolled back.
type RollBackOptions struct {
	// To is the name or the version of the generation to activate, as in [Snapshotter]. "":
	// the generation that was active before the active one or, if that is not kept any
	// more, the latest that is older than the active one.
	To string
	// From is the name of the generation that has to be active, so that repeating a
	// request does not go back twice; "" for any.
	From string
	// AllowBreak names the installed packs whose dependencies may be left unmet, or
	// holds [AnyDependent].
	AllowBreak []pack.Ref
}

// A RollBackReport is the result of rolling a pack back.
type RollBackReport struct {
	// Record is the record of the pack afterwards.
	Record
	// From is the generation that was active before.
	From GenerationID
	// Unmet are the dependencies of the active generation that are neither provided nor
	// installed in a version that it accepts.
	Unmet []pack.Dependency
	// Changes say what the change from From means; nil if nothing changed, or the files of
	// From are damaged.
	Changes *Changes
}

var _ RollBacker = (*Store)(nil)

// RollBack implements [RollBacker]. Without options, rolling back twice goes back two
// generations.
func (s *Store) RollBack(ctx context.Context, ref pack.Ref, opts *RollBackOptions) (RollBackReport, error) {
	leave, err := s.enterToChange()
	if err != nil {
		return RollBackReport{}, err
	}
	defer leave()
	if _, err := pack.ParseRef(ref.String()); err != nil {
		return RollBackReport{}, fmt.Errorf("roll back pack: %w", err)
	}
	if opts == nil {
		opts = &RollBackOptions{}
	}
	rep, err := s.rollBack(ctx, ref, opts)
	return rep, s.explain(ctx, "roll back pack "+ref.String(), err)
}

func (s *Store) rollBack(ctx context.Context, ref pack.Ref, opts *RollBackOptions) (RollBackReport, error) {
	lock, err := s.lock(ctx, []pack.Ref{ref})
	if err != nil {
		return RollBackReport{}, err
	}
	defer lock.Release()
	rec, err := s.config.Records.Pack(ctx, ref)
	if err != nil {
		return RollBackReport{}, err
	}
	target, err := s.target(ctx, &rec, opts)
	if err != nil {
		return RollBackReport{}, err
	}
	rep := RollBackReport{Record: rec, From: GenerationID{rec.Active.Name, rec.Active.Version}}
	if target.Name == rec.Active.Name {
		rep.Unmet = s.lacks(ctx, rec)
		return rep, nil
	}
	breaks, err := s.changeBreaks(ctx, ref, rec.Active.Version, target.Version)
	if err != nil {
		return RollBackReport{}, err
	}
	broken, err := breaks.refuse(opts.AllowBreak)
	if err != nil {
		return RollBackReport{}, err
	}
	if err := s.checkPointer(ctx, ref, rec.Active.Name); err != nil {
		return RollBackReport{}, err
	}
	if rep.Record, err = s.moveTo(ctx, lock, rec, target); err != nil {
		return RollBackReport{}, err
	}
	s.logBroken(ref, broken)
	rep.Unmet = s.lacks(ctx, rep.Record)
	rep.Changes = s.changesBetween(ctx, ref, &rec.Active, &rep.Active)
	s.retain(ctx, lock, &rep.Record)
	return rep, nil
}

// moveTo makes a generation the active one, if it is unchanged.
func (s *Store) moveTo(ctx context.Context, lock generations.Lock, rec Record, target *Generation) (Record, error) {
	if err := s.checkGeneration(rec.Ref, target); err != nil {
		return Record{}, err
	}
	metadata, err := s.disk.Metadata(rec.Ref, target.Name)
	if err == nil {
		_, err = readActivation(s.disk, rec.Ref, target.Name, metadata)
	}
	if err != nil {
		return Record{}, err
	}
	move := generations.Move{Ref: rec.Ref, From: rec.Active.Name, To: target.Name, Metadata: metadata}
	applied, err := s.apply(ctx, lock, generations.Operation{Time: s.now(), Actor: actorOf(ctx), Moves: []generations.Move{move}}, s.disk.Apply)
	return applied[rec.Ref], err
}

// target returns the generation that opts ask for. Others may be damaged.
func (s *Store) target(ctx context.Context, rec *Record, opts *RollBackOptions) (*Generation, error) {
	if opts.To != "" {
		g, err := s.kept(ctx, rec, opts.To)
		if err == nil && g.Name == rec.Active.Name {
			return g, nil
		}
		return g, cmp.Or(err, expect(rec.Ref, rec.Active.Name, opts.From))
	}
	if err := expect(rec.Ref, rec.Active.Name, opts.From); err != nil {
		return nil, err
	}
	return s.earlier(ctx, rec)
}

// expect returns an error if another generation than from is active; "" expects any.
func expect(ref pack.Ref, active, from string) error {
	if from == "" || from == active {
		return nil
	}
	return conflict(ref, active, from)
}

// earlier returns the generation that was active before or, if that is not kept, the
// latest that is older than the active one.
func (s *Store) earlier(ctx context.Context, rec *Record) (*Generation, error) {
	recorded, err := s.generations(ctx, rec.Ref)
	var found *Generation
	for i := range recorded {
		g := &recorded[i]
		number := generations.Number(g.Name)
		switch {
		case g.Name == rec.Active.Previous:
			return g, nil
		case number < generations.Number(rec.Active.Name) && (found == nil || number > generations.Number(found.Name)):
			found = g
		}
	}
	switch {
	case err != nil && rec.Active.Previous != "":
		return nil, err // it may be the damaged one
	case found == nil:
		return nil, pack.Errorf(pack.CodeNotFound, "there is no earlier generation than %s", rec.Active.Name)
	}
	return found, nil
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
