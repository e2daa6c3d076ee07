package sqlregistry

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// Summaries implements [registry.PackReader].
func (r *Records) Summaries(ctx context.Context) ([]registry.RecordSummary, error) {
	found, err := read(ctx, r, scanSummary, selectSummaries)
	if err != nil {
		return nil, r.wrap(ctx, "read summaries", err)
	}
	summaries := make([]registry.RecordSummary, 0, len(found))
	var damaged []error
	for len(found) > 0 {
		n := slices.IndexFunc(found, func(f foundSummary) bool { return f.Ref != found[0].Ref })
		if n < 0 {
			n = len(found)
		}
		if s := joined(found[:n]); s.damage != nil {
			damaged = append(damaged, s.damage)
		} else {
			summaries = append(summaries, s.RecordSummary)
		}
		found = found[n:]
	}
	return summaries, errors.Join(damaged...)
}

// joined returns the summary of one pack, whose rows differ in their dependencies.
func joined(rows []foundSummary) foundSummary {
	s := rows[0]
	for i := range rows[1:] {
		r := &rows[1+i]
		s.Dependencies = append(s.Dependencies, r.Dependencies...)
		s.damage = cmp.Or(s.damage, r.damage)
	}
	return s
}

// A foundSummary is a summary with one of the dependencies, or the error of decoding it.
type foundSummary struct {
	registry.RecordSummary

	damage error
}

func scanSummary(rows *sql.Rows) (s foundSummary, err error) {
	var need sql.Null[string]
	settings := ""
	err = rows.Scan(&s.ID, &s.Ref, &s.Generation, asText(&s.Version), &s.TreeDigest, &s.Enabled, &settings, asTime(&s.Installed), asTime(&s.Updated), &need)
	if err == nil && need.Valid {
		s.Dependencies = make([]pack.Dependency, 1)
		err = asJSON(&s.Dependencies[0]).Scan(need.V)
	}
	if err == nil && settings != "{}" {
		err = asJSON(&s.Settings).Scan(settings)
	}
	if s.Settings.Enabled != nil {
		s.Enabled = *s.Settings.Enabled
	}
	if pack.CodeOf(err) == pack.CodeStoreCorrupt { // columns are scanned in order: the ref is known
		s.damage, err = &registry.RecordError{Ref: s.Ref, Err: err}, nil
	}
	return s, err
}
