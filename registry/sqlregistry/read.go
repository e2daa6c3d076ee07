package sqlregistry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

const (
	generationColumns = `g.name, g.previous, g.version, g.tree_digest, g.directory_checksum, g.pin, g.environments, g.tests, g.validation, g.components, g.created_at`
	selectRecords     = `SELECT p.id, p.ref, p.manifest, p.config, p.installed_at, p.updated_at, ` + generationColumns +
		` FROM packtrain_packs p JOIN packtrain_generations g ON g.pack_id = p.id AND g.name = p.generation`
	selectActive      = `SELECT generation FROM packtrain_packs WHERE ref = ?`
	selectGenerations = `SELECT ` + generationColumns +
		` FROM packtrain_packs p JOIN packtrain_generations g ON g.pack_id = p.id WHERE p.ref = ? ORDER BY g.id`
	selectDependents = `SELECT p.ref, d.document FROM packtrain_dependencies d JOIN packtrain_packs p ON p.id = d.pack_id` +
		` WHERE d.ref = ? ORDER BY p.ref, d.position`
	// A pack without components yields one row without a document.
	selectComponents = `SELECT c.document FROM packtrain_packs p LEFT JOIN packtrain_components c ON c.pack_id = p.id` +
		` WHERE p.ref = ? ORDER BY c.position`
)

// Pack implements [registry.PackReader].
func (r *Records) Pack(ctx context.Context, ref pack.Ref) (registry.Record, error) {
	rec, err := r.readPack(ctx, r.db, ref)
	if err != nil {
		return rec, r.wrap(ctx, "read record of pack "+ref.String(), err)
	}
	return rec, nil
}

func (r *Records) readPack(ctx context.Context, q querier, ref pack.Ref) (registry.Record, error) {
	records, err := query(ctx, q, scanRecord, r.dialect.bind(selectRecords+` WHERE p.ref = ?`), ref.String())
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
	found, err := query(ctx, r.db, scanRecord, r.dialect.bind(selectRecords+` ORDER BY p.ref`))
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
	err = r.db.QueryRowContext(ctx, r.dialect.bind(selectActive), ref.String()).Scan(&generation)
	if errors.Is(err, sql.ErrNoRows) {
		err = &registry.NotInstalledError{Ref: ref}
	}
	if err != nil {
		return "", r.wrap(ctx, "read active generation of pack "+ref.String(), err)
	}
	return generation, nil
}

// Dependents implements [registry.PackReader].
func (r *Records) Dependents(ctx context.Context, ref pack.Ref) ([]registry.Dependent, error) {
	found, err := query(ctx, r.db, scanDependent, r.dialect.bind(selectDependents), ref.String())
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
	found, err := query(ctx, r.db, scanComponent, r.dialect.bind(selectComponents), ref.String())
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

// Generations implements [registry.ContentReader].
func (r *Records) Generations(ctx context.Context, ref pack.Ref) ([]registry.Generation, error) {
	found, err := query(ctx, r.db, scanGeneration, r.dialect.bind(selectGenerations), ref.String())
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

// A foundRecord is a record, or the error of decoding it.
type foundRecord struct {
	registry.Record

	damage error
}

func scanRecord(rows *sql.Rows) (foundRecord, error) {
	var rec foundRecord
	err := rows.Scan(append([]any{
		&rec.ID, &rec.Ref, asJSON(&rec.Manifest), asJSON(&rec.Config), asTime(&rec.Installed), asTime(&rec.Updated),
	}, generationFields(&rec.Active)...)...)
	if pack.CodeOf(err) == pack.CodeStoreCorrupt { // columns are scanned in order: the ref is known
		rec.damage, err = &registry.RecordError{Ref: rec.Ref, Err: err}, nil
	}
	return rec, err
}

// A foundDependent is a dependent, or the error of decoding it.
type foundDependent struct {
	registry.Dependent

	damage error
}

func scanDependent(rows *sql.Rows) (foundDependent, error) {
	var d foundDependent
	err := rows.Scan(&d.Ref, asJSON(&d.Dependency))
	if pack.CodeOf(err) == pack.CodeStoreCorrupt { // columns are scanned in order: the ref is known
		d.damage, err = &registry.RecordError{Ref: d.Ref, Err: err}, nil
	}
	return d, err
}

// A foundGeneration is a generation, or the error of decoding it.
type foundGeneration struct {
	registry.Generation

	damage error
}

func scanGeneration(rows *sql.Rows) (foundGeneration, error) {
	var g foundGeneration
	err := rows.Scan(generationFields(&g.Generation)...)
	if pack.CodeOf(err) == pack.CodeStoreCorrupt { // columns are scanned in order: the name is known
		g.damage, err = err, nil
	}
	return g, err
}

// generationFields returns pointers to the fields of generationColumns, in their order.
func generationFields(g *registry.Generation) []any {
	return []any{
		&g.Name, &g.Previous, asText(&g.Version), &g.TreeDigest, &g.DirectoryChecksum, asJSON(&g.Pin), asJSON(&g.Environments),
		asJSON(&g.Tests), asJSON(&g.Validation), asJSON(&g.Components), asTime(&g.Created),
	}
}

func scanComponent(rows *sql.Rows) (*pack.Component, error) {
	var c *pack.Component
	err := rows.Scan(asJSON(&c))
	return c, err
}
