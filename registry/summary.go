package registry

import (
	"context"
	"errors"
	"time"

	"github.com/packtrain/pack"
)

// A Summarizer lists the installed packs in short: what a list shows, without the
// manifests, which are most of what is recorded of a pack.
type Summarizer interface {
	// Summaries returns the installed packs, ordered by ref, as [Catalog.List] marks them.
	// If summaries of some cannot be decoded, it returns the others and an error that joins
	// one [*RecordError] for each of them. Damage in the rest of a record is not found.
	Summaries(ctx context.Context) ([]PackSummary, error)
}

// A PackSummary is an installed pack, as short lists show it.
type PackSummary struct {
	RecordSummary
	PackState
}

// A RecordSummary is what records return of a pack without decoding its manifest.
type RecordSummary struct {
	ID  int64 // as in [Record]
	Ref pack.Ref
	// Generation is the name of the active generation, Version and TreeDigest are those of
	// its content.
	Generation string
	Version    pack.Version
	TreeDigest pack.Digest
	// Dependencies are those of the active generation, nil for none.
	Dependencies []pack.Dependency
	// Enabled is what [Record.Enabled] returns.
	Enabled            bool
	Settings           Settings
	Installed, Updated time.Time
}

// Summary returns what short lists show of r. It shares memory with r.
func (r *Record) Summary() RecordSummary {
	return RecordSummary{
		ID: r.ID, Ref: r.Ref, Generation: r.Active.Name, Version: r.Active.Version, TreeDigest: r.Active.TreeDigest,
		Dependencies: r.Manifest.Dependencies, Enabled: r.Enabled(), Settings: r.Settings, Installed: r.Installed, Updated: r.Updated,
	}
}

var _ Summarizer = (*Store)(nil)

// Summaries implements [Summarizer].
func (s *Store) Summaries(ctx context.Context) ([]PackSummary, error) {
	leave, err := s.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	found, err := s.config.Records.Summaries(ctx)
	if err != nil && !damaged(err) {
		return nil, err
	}
	m := s.marker(found, DamagedRefs(err))
	packs := make([]PackSummary, len(found))
	for i := range found {
		packs[i] = PackSummary{found[i], m.state(ctx, &found[i])}
	}
	return packs, err
}

// Summaries implements [PackReader].
func (tr tableReader) Summaries(ctx context.Context) ([]RecordSummary, error) {
	var rows []*row
	if err := tr.look(ctx, func(t *table) error { rows = t.rows(); return nil }); err != nil {
		return nil, err
	}
	summaries := make([]RecordSummary, 0, len(rows))
	var damaged []error
	for _, r := range rows {
		s, err := r.summary()
		if err != nil {
			damaged = append(damaged, err)
			continue
		}
		summaries = append(summaries, s)
	}
	return summaries, errors.Join(damaged...)
}

// summary returns the summary in r.
func (r *row) summary() (s RecordSummary, err error) {
	s = RecordSummary{ID: r.id, Ref: r.ref, Generation: r.active, TreeDigest: r.tree, Enabled: r.enabled, Installed: r.installed, Updated: r.updated}
	err = errors.Join(s.Version.UnmarshalText([]byte(r.version)), unlessEmpty(r.settings, "{}", &s.Settings), unlessEmpty(r.needs, "[]", &s.Dependencies))
	if err != nil {
		return RecordSummary{}, &RecordError{r.ref, err}
	}
	if s.Settings.Enabled != nil {
		s.Enabled = *s.Settings.Enabled
	}
	return s, nil
}

// unlessEmpty decodes data to v, unless it is the text of an empty value.
func unlessEmpty[T any](data []byte, empty string, v *T) (err error) {
	if string(data) != empty {
		*v, err = decode[T](data)
	}
	return err
}
