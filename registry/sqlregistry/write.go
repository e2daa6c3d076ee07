package sqlregistry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// The statements that activate a generation match only rows in which the expected one
// is active: the second of two writers matches no row.
const (
	insertPack = `INSERT INTO packtrain_packs (version, generation, manifest, updated_at, ref, installed_at)` +
		` VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (ref) DO NOTHING RETURNING id`
	updatePack = `UPDATE packtrain_packs SET version = ?, generation = ?, manifest = ?, updated_at = ?` +
		` WHERE ref = ? AND generation = ? RETURNING id`
	insertGeneration = `INSERT INTO packtrain_generations (name, previous, version, tree_digest, directory_checksum, pin, environments,` +
		` tests, validation, components, created_at, pack_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (pack_id, name) DO NOTHING`
	deleteComponents   = `DELETE FROM packtrain_components WHERE pack_id = ?`
	deleteDependencies = `DELETE FROM packtrain_dependencies WHERE pack_id = ?`
	insertDependency   = `INSERT INTO packtrain_dependencies (pack_id, position, ref, document) VALUES (?, ?, ?, ?)`
	insertComponents   = `INSERT INTO packtrain_components (pack_id, position, kind, ref, name, file, document) VALUES `
)

// Apply implements [registry.Writer].
func (r *Records) Apply(ctx context.Context, op registry.Operation) ([]registry.Record, error) {
	if err := op.Check(); err != nil {
		return nil, err
	}
	var records []registry.Record
	err := r.transact(ctx, func(tx *sql.Tx) error {
		isNew, err := r.remember(ctx, tx, op.ID)
		if err == nil && isNew {
			err = r.change(ctx, tx, &op)
		}
		if err == nil {
			records, err = r.activated(ctx, tx, &op)
		}
		return err
	})
	if err != nil {
		return nil, r.wrap(ctx, "apply operation "+op.ID, err)
	}
	return records, nil
}

// remember records the operation, unless it is already recorded. It is the first write
// of the transaction, so later reads are consistent.
func (r *Records) remember(ctx context.Context, tx *sql.Tx, id string) (isNew bool, err error) {
	res, err := tx.ExecContext(ctx, r.dialect.bind(`INSERT INTO packtrain_operations (operation) VALUES (?) ON CONFLICT DO NOTHING`), id)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	if err != nil || n == 0 {
		return false, err
	}
	_, err = tx.ExecContext(ctx, r.dialect.bind(`DELETE FROM packtrain_operations WHERE id <= (SELECT max(id) FROM packtrain_operations) - ?`),
		registry.RememberedOperations)
	return true, err
}

// change applies all changes of op. Components are inserted last, after the previous
// ones of the packs are deleted.
func (r *Records) change(ctx context.Context, tx *sql.Tx, op *registry.Operation) error {
	for _, removal := range op.Remove {
		if err := r.remove(ctx, tx, removal); err != nil {
			return err
		}
	}
	moved := make(map[int64]*registry.Activation, len(op.Activate))
	for i := range op.Activate {
		a := &op.Activate[i]
		id, err := r.activate(ctx, tx, a)
		if err != nil {
			return err
		}
		if id != 0 {
			moved[id] = a
		}
	}
	for _, id := range slices.Sorted(maps.Keys(moved)) {
		if err := r.insertComponents(ctx, tx, id, moved[id]); err != nil {
			return err
		}
	}
	return nil
}

// activate makes a the active generation of its pack, deletes the components of the
// pack, and returns its id, or 0 if a is already active.
func (r *Records) activate(ctx context.Context, tx *sql.Tx, a *registry.Activation) (id int64, err error) {
	id, err = r.movePack(ctx, tx, a)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return 0, r.explain(ctx, tx, a.Ref, a.Previous, a.Generation.Name)
	case err != nil:
		return 0, err
	}
	if _, err := tx.ExecContext(ctx, r.dialect.bind(insertGeneration), append(generationFields(&a.Generation), id)...); err != nil {
		return 0, err
	}
	if _, err := tx.ExecContext(ctx, r.dialect.bind(deleteComponents), id); err != nil {
		return 0, err
	}
	return id, r.replaceDependencies(ctx, tx, id, a.Manifest.Dependencies)
}

// replaceDependencies makes dependencies those of a pack.
func (r *Records) replaceDependencies(ctx context.Context, tx *sql.Tx, id int64, dependencies []pack.Dependency) error {
	if _, err := tx.ExecContext(ctx, r.dialect.bind(deleteDependencies), id); err != nil {
		return err
	}
	for i := range dependencies {
		d := &dependencies[i]
		if _, err := tx.ExecContext(ctx, r.dialect.bind(insertDependency), id, i, d.Ref.String(), asJSON(d)); err != nil {
			return err
		}
	}
	return nil
}

// activated returns the records of the packs that op activates.
func (r *Records) activated(ctx context.Context, tx *sql.Tx, op *registry.Operation) ([]registry.Record, error) {
	records := make([]registry.Record, len(op.Activate))
	for i := range op.Activate {
		var err error
		records[i], err = r.readPack(ctx, tx, op.Activate[i].Ref)
		if err != nil && !errors.Is(err, pack.ErrNotFound) {
			return nil, err
		}
	}
	return records, nil
}

// Outcome implements [registry.Writer].
func (r *Records) Outcome(ctx context.Context, id string) (applied bool, err error) {
	err = r.transact(ctx, func(tx *sql.Tx) error {
		// Writing waits for other transactions to end.
		if _, err := tx.ExecContext(ctx, `UPDATE packtrain_schema SET version = version`); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, r.dialect.bind(`SELECT count(*) > 0 FROM packtrain_operations WHERE operation = ?`), id).Scan(&applied)
	})
	if err != nil {
		return false, r.wrap(ctx, "read outcome of operation "+id, err)
	}
	return applied, nil
}

// movePack makes a the active generation of its pack and returns the pack's id.
func (r *Records) movePack(ctx context.Context, tx *sql.Tx, a *registry.Activation) (id int64, err error) {
	statement := updatePack
	args := []any{a.Generation.Version.String(), a.Generation.Name, asJSON(&a.Manifest), asTime(&a.Time), a.Ref.String(), a.Previous}
	if a.Previous == "" {
		statement = insertPack
		args[5] = asTime(&a.Time)
	}
	err = tx.QueryRowContext(ctx, r.dialect.bind(statement), args...).Scan(&id)
	return id, err
}

// explain returns the reason that a change that expected one active generation matched
// no row, or nil if the wanted one is already active. "" means none.
func (r *Records) explain(ctx context.Context, tx *sql.Tx, ref pack.Ref, expected, wanted string) error {
	var active string
	err := tx.QueryRowContext(ctx, r.dialect.bind(selectActive), ref.String()).Scan(&active)
	switch {
	case err != nil && !errors.Is(err, sql.ErrNoRows):
		return err
	case active == wanted:
		return nil
	}
	return pack.Errorf(pack.CodeConflict, "pack %s has active generation %q, not %q as expected; another operation changed it, try again", ref, active, expected)
}

// insertComponents inserts many rows with one statement.
func (r *Records) insertComponents(ctx context.Context, tx *sql.Tx, id int64, a *registry.Activation) error {
	const columns, most = 7, 500
	for start := 0; start < len(a.Components); start += most {
		rows := a.Components[start:min(start+most, len(a.Components))]
		args := make([]any, 0, columns*len(rows))
		for i := range rows {
			c := &rows[i]
			args = append(args, id, start+i, string(c.Kind), c.Ref, c.Name, c.File, asJSON(c))
		}
		values := strings.Repeat(", (?, ?, ?, ?, ?, ?, ?)", len(rows))[2:]
		res, err := tx.ExecContext(ctx, r.dialect.bind(insertComponents+values+` ON CONFLICT (kind, ref) DO NOTHING`), args...)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n < int64(len(rows)) {
			return errors.Join(err, r.taken(ctx, tx, a))
		}
	}
	return nil
}

// taken returns an error that names the component of a whose ref is in use.
func (r *Records) taken(ctx context.Context, tx *sql.Tx, a *registry.Activation) error {
	const owner = `SELECT p.ref FROM packtrain_components c JOIN packtrain_packs p ON p.id = c.pack_id WHERE c.kind = ? AND c.ref = ?`
	seen := map[string]bool{}
	for _, c := range a.Components {
		var ref string
		err := tx.QueryRowContext(ctx, r.dialect.bind(owner), string(c.Kind), c.Ref).Scan(&ref)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if err == nil && ref != a.Ref.String() {
			return pack.Errorf(pack.CodeConflict, "%s %q of pack %s belongs to pack %s", c.Kind, c.Ref, a.Ref, ref)
		}
		key := fmt.Sprint(c.Kind, " ", c.Ref)
		if seen[key] {
			return pack.Errorf(pack.CodeConflict, "duplicate %s %q in pack %s", c.Kind, c.Ref, a.Ref)
		}
		seen[key] = true
	}
	return pack.Errorf(pack.CodeConflict, "a component of pack %s has a ref that is in use", a.Ref)
}

// remove deletes all rows of a pack.
func (r *Records) remove(ctx context.Context, tx *sql.Tx, removal registry.Removal) error {
	const ids = `(SELECT id FROM packtrain_packs WHERE ref = ? AND generation = ?)`
	ref := removal.Ref.String()
	for _, table := range []string{`packtrain_components WHERE pack_id`, `packtrain_dependencies WHERE pack_id`, `packtrain_generations WHERE pack_id`, `packtrain_packs WHERE id`} {
		if _, err := tx.ExecContext(ctx, r.dialect.bind(`DELETE FROM `+table+` IN `+ids), ref, removal.Generation); err != nil {
			return err
		}
	}
	return r.explain(ctx, tx, removal.Ref, removal.Generation, "")
}

// SetConfig implements [registry.Writer].
func (r *Records) SetConfig(ctx context.Context, ref pack.Ref, config map[string]any) error {
	if config == nil {
		config = map[string]any{}
	}
	res, err := r.db.ExecContext(ctx, r.dialect.bind(`UPDATE packtrain_packs SET config = ? WHERE ref = ?`), asJSON(&config), ref.String())
	if err == nil {
		var n int64
		if n, err = res.RowsAffected(); err == nil && n == 0 {
			err = &registry.NotInstalledError{Ref: ref}
		}
	}
	if err != nil {
		return r.wrap(ctx, "set configuration of pack "+ref.String(), err)
	}
	return nil
}
