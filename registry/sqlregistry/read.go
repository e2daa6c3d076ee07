package sqlregistry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// Every statement reads one root.
const (
	fromPacks         = ` FROM packtrain_roots r JOIN packtrain_packs p ON p.root_id = r.id`
	generationColumns = `g.name, g.previous, g.version, g.tree_digest, g.directory_checksum, g.pin, g.environments, g.tests, g.validation, g.components, g.created_at, g.actor`
	selectRecords     = `SELECT p.id, p.ref, p.manifest, p.settings, p.installed_at, p.updated_at, ` + generationColumns +
		fromPacks + ` JOIN packtrain_generations g ON g.pack_id = p.id AND g.name = p.generation WHERE r.root = ?`
	// One row for each dependency of a pack, or one without.
	selectSummaries = `SELECT p.id, p.ref, p.generation, p.version, g.tree_digest, p.enabled, p.settings, p.installed_at, p.updated_at, d.document` + fromPacks +
		` JOIN packtrain_generations g ON g.pack_id = p.id AND g.name = p.generation` +
		` LEFT JOIN packtrain_dependencies d ON d.pack_id = p.id WHERE r.root = ? ORDER BY p.ref, d.position`
	selectActive      = `SELECT p.generation` + fromPacks + ` WHERE r.root = ? AND p.ref = ?`
	selectActives     = `SELECT p.ref, p.generation` + fromPacks + ` WHERE r.root = ?`
	selectGenerations = `SELECT ` + generationColumns + fromPacks +
		` JOIN packtrain_generations g ON g.pack_id = p.id WHERE r.root = ? AND p.ref = ? ORDER BY g.id`
	selectDependents = `SELECT p.ref, d.document` + fromPacks +
		` JOIN packtrain_dependencies d ON d.pack_id = p.id WHERE r.root = ? AND d.ref = ? ORDER BY p.ref, d.position`
	selectMentions = `SELECT p.ref, c.document` + fromPacks +
		` JOIN packtrain_components c ON c.pack_id = p.id WHERE r.root = ? AND (p.ref = ? OR p.id IN` +
		` (SELECT m.pack_id FROM packtrain_mentions m WHERE m.ref = ?)) ORDER BY p.ref, c.position`
	// A pack without components yields one row without a document.
	selectComponents = `SELECT c.document` + fromPacks +
		` LEFT JOIN packtrain_components c ON c.pack_id = p.id WHERE r.root = ? AND p.ref = ? ORDER BY c.position`
)

// Pack implements [registry.PackReader].
func (r *Records) Pack(ctx context.Context, ref pack.Ref) (rec registry.Record, err error) {
	err = r.retry(ctx, func() error {
		rec, err = r.readPack(ctx, r.db, ref)
		return err
	})
	if err != nil {
		return registry.Record{}, r.wrap(ctx, "read record of pack "+ref.String(), err)
	}
	return rec, nil
}

func (r *Records) readPack(ctx context.Context, q querier, ref pack.Ref) (registry.Record, error) {
	records, err := query(ctx, q, scanRecord, r.dialect.bind(selectRecords+` AND p.ref = ?`), r.rootID(), ref.String())
	if err == nil && len(records) > 0 && records[0].damage != nil {
		err = records[0].damage
	}
	if err == nil && len(records) == 0 {
		err = &registry.NotInstalledError{Ref: ref}
	}
	if err != nil {
		return registry.Record{}, err
	}
	return records[0].Record, nil
}

// Packs implements [registry.PackReader].
func (r *Records) Packs(ctx context.Context) ([]registry.Record, error) {
	found, err := read(ctx, r, scanRecord, selectRecords+` ORDER BY p.ref`)
	if err != nil {
		return nil, r.wrap(ctx, "read records", err)
	}
	records := make([]registry.Record, 0, len(found))
	var damaged []error
	for _, f := range found {
		if f.damage != nil {
			damaged = append(damaged, f.damage)
			continue
		}
		records = append(records, f.Record)
	}
	return records, errors.Join(damaged...)
}

// Active implements [registry.PackReader].
func (r *Records) Active(ctx context.Context, ref pack.Ref) (generation string, err error) {
	found, err := read(ctx, r, scanName, selectActive, ref.String())
	if err == nil && len(found) == 0 {
		err = &registry.NotInstalledError{Ref: ref}
	}
	if err != nil {
		return "", r.wrap(ctx, "read active generation of pack "+ref.String(), err)
	}
	return found[0], nil
}

// ActiveGenerations implements [registry.PackReader].
func (r *Records) ActiveGenerations(ctx context.Context) (map[pack.Ref]string, error) {
	found, err := read(ctx, r, scanActive, selectActives)
	if err != nil {
		return nil, r.wrap(ctx, "read active generations", err)
	}
	active := make(map[pack.Ref]string, len(found))
	for _, a := range found {
		active[a.ref] = a.generation
	}
	return active, nil
}

// Dependents implements [registry.PackReader].
func (r *Records) Dependents(ctx context.Context, ref pack.Ref) ([]registry.Dependent, error) {
	found, err := read(ctx, r, scanDependent, selectDependents, ref.String())
	if err != nil {
		return nil, r.wrap(ctx, "read dependents of pack "+ref.String(), err)
	}
	dependents := make([]registry.Dependent, 0, len(found))
	var damaged []error
	for _, f := range found {
		if f.damage != nil {
			damaged = append(damaged, f.damage)
			continue
		}
		dependents = append(dependents, f.Dependent)
	}
	return dependents, errors.Join(damaged...)
}

// Components implements [registry.ContentReader].
func (r *Records) Components(ctx context.Context, ref pack.Ref) ([]pack.Component, error) {
	found, err := read(ctx, r, scanComponent, selectComponents, ref.String())
	if err == nil && len(found) == 0 {
		err = &registry.NotInstalledError{Ref: ref}
	}
	if err != nil {
		return nil, r.wrap(ctx, "read components of pack "+ref.String(), err)
	}
	components := make([]pack.Component, 0, len(found))
	for _, c := range found {
		if c != nil {
			components = append(components, *c)
		}
	}
	return components, nil
}

// Mentions implements [registry.ContentReader].
func (r *Records) Mentions(ctx context.Context, ref pack.Ref) ([]pack.Component, error) {
	found, err := read(ctx, r, scanMention, selectMentions, ref.String(), ref.String())
	if err != nil {
		return nil, r.wrap(ctx, "read components that mention pack "+ref.String(), err)
	}
	components := make([]pack.Component, 0, len(found))
	var damaged []error
	for _, f := range found {
		if f.damage != nil {
			damaged = append(damaged, f.damage)
			continue
		}
		components = append(components, f.Component)
	}
	return components, errors.Join(damaged...)
}

// Generations implements [registry.ContentReader].
func (r *Records) Generations(ctx context.Context, ref pack.Ref) ([]registry.Generation, error) {
	found, err := read(ctx, r, scanGeneration, selectGenerations, ref.String())
	if err == nil && len(found) == 0 {
		err = &registry.NotInstalledError{Ref: ref}
	}
	if err != nil {
		return nil, r.wrap(ctx, "read generations of pack "+ref.String(), err)
	}
	generations := make([]registry.Generation, 0, len(found))
	var damaged []error
	for _, f := range found {
		if f.damage != nil {
			damaged = append(damaged, &registry.RecordError{Ref: ref, Err: fmt.Errorf("generation %s: %w", f.Name, f.damage)})
			continue
		}
		generations = append(generations, f.Generation)
	}
	return generations, errors.Join(damaged...)
}

// read returns the results of scan for all rows of the root.
func read[T any](ctx context.Context, r *Records, scan func(*sql.Rows) (T, error), statement string, args ...any) (values []T, err error) {
	args = append([]any{r.rootID()}, args...)
	err = r.retry(ctx, func() error {
		values, err = query(ctx, r.db, scan, r.dialect.bind(statement), args...)
		return err
	})
	return values, err
}

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// query collects the results of scan for all rows.
func query[T any](ctx context.Context, q querier, scan func(*sql.Rows) (T, error), statement string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // rows.Err returns the error
	values := []T{}
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, rows.Err()
}
