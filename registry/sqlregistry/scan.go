package sqlregistry

import (
	"database/sql"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// A foundRecord is a record, or the error of decoding it.
type foundRecord struct {
	registry.Record

	damage error
}

func scanRecord(rows *sql.Rows) (foundRecord, error) {
	var rec foundRecord
	err := rows.Scan(append([]any{
		&rec.ID, &rec.Ref, asJSON(&rec.Manifest), asJSON(&rec.Settings), asTime(&rec.Installed), asTime(&rec.Updated),
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

func scanName(rows *sql.Rows) (name string, err error) {
	err = rows.Scan(&name)
	return name, err
}

// An activePack is a pack with its active generation.
type activePack struct {
	ref        pack.Ref
	generation string
}

func scanActive(rows *sql.Rows) (a activePack, err error) {
	err = rows.Scan(&a.ref, &a.generation)
	return a, err
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
		asJSON(&g.Tests), asJSON(&g.Validation), asJSON(&g.Components), asTime(&g.Created), &g.Actor,
	}
}

// A foundMention is a component, or the error of decoding it.
type foundMention struct {
	pack.Component

	damage error
}

func scanMention(rows *sql.Rows) (foundMention, error) {
	var ref pack.Ref
	var m foundMention
	err := rows.Scan(&ref, asJSON(&m.Component))
	if pack.CodeOf(err) == pack.CodeStoreCorrupt { // columns are scanned in order: the ref is known
		m.damage, err = &registry.RecordError{Ref: ref, Err: err}, nil
	}
	return m, err
}

func scanComponent(rows *sql.Rows) (*pack.Component, error) {
	var c *pack.Component
	err := rows.Scan(asJSON(&c))
	return c, err
}
