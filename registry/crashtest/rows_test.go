package crashtest

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"

	"github.com/packtrain/pack/registry"
)

const (
	generationsOfSQLite     = generationsOf + `?`
	generationsOfPostgreSQL = generationsOf + `$1`
	generationsOf           = `SELECT p.ref, p.version, p.generation, g.name, g.version FROM packtrain_packs p` +
		` JOIN packtrain_generations g ON g.pack_id = p.id JOIN packtrain_roots r ON r.id = p.root_id WHERE r.root = `
)

// rows reads what the records of the root below dir hold, from a database by a statement of
// its own.
func (b backend) rows(ctx context.Context, dir string) (found rows, err error) {
	if b.Kind == "files" {
		return b.rowsInFiles(ctx, dir)
	}
	var format struct{ Root string }
	data, err := os.ReadFile(filepath.Join(rootIn(dir), "format"))
	if err := errors.Join(err, json.Unmarshal(data, &format)); err != nil {
		return nil, err
	}
	statement := generationsOfSQLite
	if b.Kind == "postgresql" {
		statement = generationsOfPostgreSQL
	}
	db := sql.OpenDB(b.connector(dir, nil))
	defer func() { err = errors.Join(err, db.Close()) }()
	result, err := db.QueryContext(ctx, statement, format.Root)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, result.Err(), result.Close()) }()
	found = rows{}
	for result.Next() {
		var ref, name, version string
		var r row
		if err := result.Scan(&ref, &r.version, &r.active, &name, &version); err != nil {
			return nil, err
		}
		found.add(ref, r, name, version)
	}
	return found, nil
}

func (r rows) add(ref string, of row, generation, version string) {
	if r[ref].generations == nil {
		of.generations = map[string]string{}
		r[ref] = of
	}
	r[ref].generations[generation] = version
}

// rowsInFiles reads the rows through the public interface: the file has no other reader.
func (b backend) rowsInFiles(ctx context.Context, dir string) (rows, error) {
	records, err := registry.OpenFiles(ctx, b.place(dir))
	if err != nil {
		return nil, err
	}
	packs, err := records.Packs(ctx)
	if err != nil {
		return nil, err
	}
	found := rows{}
	for _, p := range packs {
		all, err := records.Generations(ctx, p.Ref)
		if err != nil {
			return nil, err
		}
		for _, g := range all {
			found.add(p.Ref.String(), row{version: p.Active.Version.String(), active: p.Active.Name}, g.Name, g.Version.String())
		}
	}
	return found, nil
}
