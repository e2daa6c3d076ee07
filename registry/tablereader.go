package registry

import (
	"context"
	"errors"

	"github.com/packtrain/pack"
)

// A tableReader reads records from a table.
type tableReader struct {
	// look calls fn with the current table, which fn must not retain.
	look func(ctx context.Context, fn func(*table) error) error
	// load returns the components of a row, and repeats with its current one, or none, if
	// they are not at their place any more.
	load func(ctx context.Context, r *row) (Documents, error)
}

// Pack implements [PackReader].
func (tr tableReader) Pack(ctx context.Context, ref pack.Ref) (Record, error) {
	r, err := tr.row(ctx, ref)
	if err != nil {
		return Record{}, err
	}
	return r.record()
}

// Packs implements [PackReader].
func (tr tableReader) Packs(ctx context.Context) ([]Record, error) {
	var rows []*row
	if err := tr.look(ctx, func(t *table) error { rows = t.rows(); return nil }); err != nil {
		return nil, err
	}
	records := make([]Record, 0, len(rows))
	var damaged []error
	for _, r := range rows {
		rec, err := r.record()
		if err != nil {
			damaged = append(damaged, err)
			continue
		}
		records = append(records, rec)
	}
	return records, errors.Join(damaged...)
}

// Active implements [PackReader].
func (tr tableReader) Active(ctx context.Context, ref pack.Ref) (generation string, err error) {
	r, err := tr.row(ctx, ref)
	if err != nil {
		return "", err
	}
	return r.active, nil
}

// ActiveGenerations implements [PackReader].
func (tr tableReader) ActiveGenerations(ctx context.Context) (map[pack.Ref]string, error) {
	active := map[pack.Ref]string{}
	err := tr.look(ctx, func(t *table) error {
		for ref, r := range t.packs {
			active[ref] = r.active
		}
		return nil
	})
	return active, err
}

// Components implements [ContentReader].
func (tr tableReader) Components(ctx context.Context, ref pack.Ref) ([]pack.Component, error) {
	r, err := tr.row(ctx, ref)
	if err != nil {
		return nil, err
	}
	return tr.components(ctx, r)
}

// Mentions implements [ContentReader].
func (tr tableReader) Mentions(ctx context.Context, ref pack.Ref) ([]pack.Component, error) {
	var rows []*row
	if err := tr.look(ctx, func(t *table) error { rows = t.rows(); return nil }); err != nil {
		return nil, err
	}
	found := []pack.Component{}
	var damaged []error
	for _, r := range rows {
		if !r.mention(ref) {
			continue
		}
		components, err := tr.components(ctx, r)
		switch _, bad := errors.AsType[*RecordError](err); {
		case bad:
			damaged = append(damaged, err)
		case errors.Is(err, pack.ErrNotFound): // it was removed meanwhile
		case err != nil:
			return nil, err
		}
		found = append(found, components...)
	}
	return found, errors.Join(damaged...)
}

// components decodes the components of r.
func (tr tableReader) components(ctx context.Context, r *row) ([]pack.Component, error) {
	documents, err := tr.load(ctx, r)
	if err != nil {
		return nil, err
	}
	components, err := documents.Components()
	if err != nil {
		return nil, &RecordError{r.ref, err}
	}
	return components, nil
}

// Generations implements [ContentReader].
func (tr tableReader) Generations(ctx context.Context, ref pack.Ref) ([]Generation, error) {
	r, err := tr.row(ctx, ref)
	if err != nil {
		return nil, err
	}
	generations := make([]Generation, 0, len(r.generations))
	var damaged []error
	for i := range r.generations {
		g, err := decode[Generation](r.generations[i].data)
		if err != nil {
			damaged = append(damaged, damagedGeneration(ref, r.generations[i].name, err))
			continue
		}
		generations = append(generations, g)
	}
	return generations, errors.Join(damaged...)
}

// Root implements [Binder].
func (tr tableReader) Root(ctx context.Context, _ string) (bound string, err error) {
	err = tr.look(ctx, func(t *table) error {
		bound = t.root
		return nil
	})
	return bound, err
}

// Changes implements [Feed].
func (tr tableReader) Changes(ctx context.Context, since int64) (ChangeBatch, error) {
	var found []encodedChange
	var next, last int64
	err := tr.look(ctx, func(t *table) (err error) {
		found, next, err = t.history.since(since)
		last = t.history.last
		return err
	})
	if err != nil {
		return ChangeBatch{}, err
	}
	return decodeChanges(found, since, next, last)
}

func (tr tableReader) row(ctx context.Context, ref pack.Ref) (r *row, err error) {
	err = tr.look(ctx, func(t *table) error {
		r, err = t.row(ref)
		return err
	})
	return r, err
}
