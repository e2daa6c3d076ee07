package registry

import (
	"cmp"
	"context"
	"errors"
	"os"

	"github.com/packtrain/pack"
)

// mark adds to packs what readers get of them, and which of their dependencies are unmet.
// damaged are the installed packs whose versions are unknown.
func (s *Store) mark(ctx context.Context, packs []ActivePack, damaged []pack.Ref) {
	versions := make(map[pack.Ref]pack.Version, len(packs))
	for i := range packs {
		versions[packs[i].Ref] = packs[i].Active.Version
	}
	for _, ref := range damaged {
		versions[ref] = pack.Version{}
	}
	blocked, err := s.disk.Blocked()
	if err != nil {
		s.config.Logger.Warn("packs with unfinished operations are not marked", "error", err)
	}
	for i := range packs {
		s.markOne(ctx, &packs[i], blocked, func(d pack.Dependency) error {
			return s.checkDependencyOn(d, func(ref pack.Ref) (pack.Version, error) {
				v, ok := versions[ref]
				switch {
				case !ok:
					return v, &NotInstalledError{Ref: ref}
				case v.IsZero():
					return v, &RecordError{ref, errNeeds}
				}
				return v, nil
			})
		})
	}
}

// markOne marks p. check checks one dependency; only its errors about dependencies count.
// blocked are the packs that cannot be changed.
func (s *Store) markOne(ctx context.Context, p *ActivePack, blocked map[pack.Ref]error, check func(pack.Dependency) error) {
	if err := cmp.Or(s.reachable(ctx, p.Record), blocked[p.Ref]); err != nil {
		p.NeedsRepair = err.Error()
	}
	for _, d := range p.Manifest.Dependencies {
		if errors.Is(check(d), pack.ErrDependency) {
			p.Unmet = append(p.Unmet, d)
		}
	}
}

// reachable checks that readers get the recorded generation, without reading its files.
func (s *Store) reachable(ctx context.Context, rec Record) error {
	if err := s.checkPointer(ctx, rec); err != nil {
		return err
	}
	if _, err := os.Lstat(s.disk.Content(rec.Ref, rec.Active.Name)); err != nil {
		return pack.Errorf(pack.CodeStoreCorrupt, "the files of generation %s are missing: %w", rec.Active.Name, err)
	}
	return s.checkQuarantine(rec.Ref, &rec.Active)
}

// markDetails marks the pack of Show.
func (s *Store) markDetails(ctx context.Context, p *ActivePack) {
	if l, err := s.link(p.Ref); err == nil {
		p.Link = l
	}
	blocked, _ := s.disk.Blocked() // Verify reports the error
	s.markOne(ctx, p, blocked, func(d pack.Dependency) error { return s.checkDependency(ctx, d) })
}
