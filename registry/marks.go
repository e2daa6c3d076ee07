package registry

import (
	"cmp"
	"context"
	"errors"
	"os"

	"github.com/packtrain/pack"
)

// A marker finds what readers get of packs, and which of their dependencies are unmet.
type marker struct {
	store *Store
	// blocked are the packs that cannot be changed.
	blocked map[pack.Ref]error
	links   map[pack.Ref]*Link
	// quarantine is set if anything may be in quarantine.
	quarantine bool
	// check checks one dependency; only its errors about dependencies count.
	check func(pack.Dependency) error
}

// marker returns a marker of all installed packs. damaged are those whose versions are
// unknown.
func (s *Store) marker(packs []RecordSummary, damaged []pack.Ref) *marker {
	versions := make(map[pack.Ref]pack.Version, len(packs))
	for i := range packs {
		versions[packs[i].Ref] = packs[i].Version
	}
	for _, ref := range damaged {
		versions[ref] = pack.Version{}
	}
	m := &marker{store: s, links: s.linksByRef(), quarantine: s.mayQuarantine()}
	m.check = func(d pack.Dependency) error {
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
	}
	var err error
	if m.blocked, err = s.disk.Blocked(); err != nil {
		s.config.Logger.Warn("packs with unfinished operations are not marked", "error", err)
	}
	return m
}

// stateOf returns the state of one pack.
func (s *Store) stateOf(ctx context.Context, rec *Record) PackState {
	m := &marker{store: s, quarantine: true, check: func(d pack.Dependency) error { return s.checkDependency(ctx, d) }}
	m.blocked, _ = s.disk.Blocked() // Verify reports the error
	if l, err := s.link(rec.Ref); err == nil {
		m.links = map[pack.Ref]*Link{rec.Ref: l}
	}
	summary := rec.Summary()
	return m.state(ctx, &summary)
}

func (m *marker) state(ctx context.Context, p *RecordSummary) PackState {
	state := PackState{StoragePath: m.store.disk.Current(p.Ref), Link: m.links[p.Ref]}
	if err := cmp.Or(m.reachable(ctx, p), m.blocked[p.Ref]); err != nil {
		state.NeedsRepair = err.Error()
	}
	for _, d := range p.Dependencies {
		if errors.Is(m.check(d), pack.ErrDependency) {
			state.Unmet = append(state.Unmet, d)
		}
	}
	return state
}

// reachable checks that readers get the recorded generation, without reading its files.
func (m *marker) reachable(ctx context.Context, p *RecordSummary) error {
	s := m.store
	if err := s.checkPointer(ctx, p.Ref, p.Generation); err != nil {
		return err
	}
	if _, err := os.Lstat(s.disk.Content(p.Ref, p.Generation)); err != nil {
		return pack.Errorf(pack.CodeStoreCorrupt, "the files of generation %s are missing: %w", p.Generation, err)
	}
	if !m.quarantine {
		return nil
	}
	rec, err := s.config.Records.Pack(ctx, p.Ref) // for its environments
	if err != nil || rec.Active.Name != p.Generation {
		rec.Active = Generation{Name: p.Generation}
	}
	return s.checkQuarantine(p.Ref, &rec.Active)
}
