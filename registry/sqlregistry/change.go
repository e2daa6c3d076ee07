package sqlregistry

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// The statements that activate a generation match only rows in which the expected one
// is active: the second of two writers matches no row.
const (
	lockRoot = `INSERT INTO packtrain_roots (root, operations, shared) VALUES (?, 1, ?)` +
		` ON CONFLICT (root) DO UPDATE SET operations = packtrain_roots.operations + 1 RETURNING id, operations, shared`
	insertOperation  = `INSERT INTO packtrain_operations (root_id, number, operation) VALUES (?, ?, ?) ON CONFLICT (root_id, operation) DO NOTHING`
	deleteOperations = `DELETE FROM packtrain_operations WHERE root_id = ? AND number <= ?`
	insertPack       = `INSERT INTO packtrain_packs (version, generation, manifest, enabled, updated_at, root_id, ref, installed_at)` +
		` VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (root_id, ref) DO NOTHING RETURNING id`
	updatePack = `UPDATE packtrain_packs SET version = ?, generation = ?, manifest = ?, enabled = ?, updated_at = ?` +
		` WHERE root_id = ? AND ref = ? AND generation = ? RETURNING id`
	insertGeneration = `INSERT INTO packtrain_generations (name, previous, version, tree_digest, directory_checksum, pin, environments,` +
		` tests, validation, components, created_at, actor, pack_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (pack_id, name) DO NOTHING`
	deleteComponents   = `DELETE FROM packtrain_components WHERE pack_id = ?`
	deleteDependencies = `DELETE FROM packtrain_dependencies WHERE pack_id = ?`
	deleteMentions     = `DELETE FROM packtrain_mentions WHERE pack_id = ?`
	insertDependency   = `INSERT INTO packtrain_dependencies (pack_id, position, ref, document) VALUES (?, ?, ?, ?)`
)

// errRepeated ends the transaction of an operation that was applied before.
var errRepeated = errors.New("the operation was applied before")

// A change is the transaction that applies an operation. It holds the lock of the root,
// so there is one at a time.
type change struct {
	records *Records
	tx      *sql.Tx
	root    int64 // the id of the root's row
}

// apply applies op and returns the records of the packs that it activates. If op was applied
// before, the error is errRepeated.
func (c *change) apply(ctx context.Context, op *registry.Operation) (records []registry.Record, err error) {
	isNew, err := c.remember(ctx, op.ID)
	if err == nil && isNew {
		err = c.checkFence(ctx, op)
	}
	if err == nil && isNew {
		err = c.changeAndNote(ctx, op)
	}
	if err == nil {
		records, err = c.activated(ctx, op)
	}
	if err == nil && !isNew {
		err = errRepeated
	}
	return records, err
}

// remember acquires the lock of the root and records the operation, unless it is
// already recorded.
func (c *change) remember(ctx context.Context, id string) (isNew bool, err error) {
	var number, shared int64
	if err := c.row(ctx, lockRoot, c.records.rootID(), c.records.shared()).Scan(&c.root, &number, &shared); err != nil {
		return false, err
	}
	if err := c.records.checkShared(shared); err != nil {
		return false, err
	}
	n, err := c.exec(ctx, insertOperation, c.root, number, id)
	if err != nil || n == 0 {
		return false, err
	}
	_, err = c.exec(ctx, deleteOperations, c.root, number-registry.RememberedOperations)
	return true, err
}

// change makes all changes of op. Components are inserted last, after the previous
// ones of the packs are deleted.
func (c *change) change(ctx context.Context, op *registry.Operation) error {
	for _, removal := range op.Remove {
		if err := c.remove(ctx, removal); err != nil {
			return err
		}
	}
	moved := make(map[int64]*registry.Activation, len(op.Activate))
	for i := range op.Activate {
		a := &op.Activate[i]
		id, err := c.activate(ctx, a)
		if err != nil {
			return err
		}
		if id != 0 {
			moved[id] = a
		}
	}
	for _, id := range slices.Sorted(maps.Keys(moved)) {
		if err := c.insertComponents(ctx, id, moved[id]); err != nil {
			return err
		}
	}
	return c.changeSettings(ctx, op)
}

// activate makes a the active generation of its pack, deletes the components of the
// pack, and returns its id, or 0 if a is already active.
func (c *change) activate(ctx context.Context, a *registry.Activation) (id int64, err error) {
	id, err = c.movePack(ctx, a)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return 0, c.explain(ctx, a.Ref, a.Previous, a.Generation.Name)
	case err != nil:
		return 0, err
	}
	if err := c.markConfiguration(ctx, a); err != nil {
		return 0, err
	}
	if _, err := c.exec(ctx, insertGeneration, append(generationFields(&a.Generation), id)...); err != nil {
		return 0, err
	}
	if a.Previous == "" {
		return id, c.insertDependencies(ctx, id, a.Manifest.Dependencies)
	}
	for _, statement := range []string{deleteComponents, deleteDependencies, deleteMentions} {
		if _, err := c.exec(ctx, statement, id); err != nil {
			return 0, err
		}
	}
	return id, c.insertDependencies(ctx, id, a.Manifest.Dependencies)
}

// movePack makes a the active generation of its pack and returns the pack's id.
func (c *change) movePack(ctx context.Context, a *registry.Activation) (id int64, err error) {
	statement := updatePack
	args := []any{a.Generation.Version.String(), a.Generation.Name, asJSON(&a.Manifest), asNumber(a.Manifest.Enabled), asTime(&a.Time), c.root, a.Ref.String(), a.Previous}
	if a.Previous == "" {
		statement = insertPack
		args[len(args)-1] = asTime(&a.Time)
	}
	err = c.row(ctx, statement, args...).Scan(&id)
	return id, err
}

func (c *change) insertDependencies(ctx context.Context, id int64, dependencies []pack.Dependency) error {
	for i := range dependencies {
		d := &dependencies[i]
		if _, err := c.exec(ctx, insertDependency, id, i, d.Ref.String(), asJSON(d)); err != nil {
			return err
		}
	}
	return nil
}

// activated returns the records of the packs that op activates.
func (c *change) activated(ctx context.Context, op *registry.Operation) ([]registry.Record, error) {
	records := make([]registry.Record, len(op.Activate))
	for i := range op.Activate {
		var err error
		records[i], err = c.records.readPack(ctx, c.tx, op.Activate[i].Ref)
		if err != nil && !errors.Is(err, pack.ErrNotFound) {
			return nil, err
		}
	}
	return records, nil
}

// explain returns the reason that a change that expected one active generation matched
// no row, or nil if the wanted one is already active. "" means none.
func (c *change) explain(ctx context.Context, ref pack.Ref, expected, wanted string) error {
	var active string
	err := c.row(ctx, selectActive, c.records.rootID(), ref.String()).Scan(&active)
	switch {
	case err != nil && !errors.Is(err, sql.ErrNoRows):
		return err
	case active == wanted:
		return nil
	}
	return pack.Errorf(pack.CodeConflict, "pack %s has active generation %q, not %q as expected; another operation changed it, try again", ref, active, expected)
}

// remove deletes all rows of a pack.
func (c *change) remove(ctx context.Context, removal registry.Removal) error {
	const ids = ` IN (SELECT id FROM packtrain_packs WHERE root_id = ? AND ref = ? AND generation = ?)`
	for _, rows := range []string{`packtrain_components WHERE pack_id`, `packtrain_dependencies WHERE pack_id`, `packtrain_mentions WHERE pack_id`, `packtrain_generations WHERE pack_id`, `packtrain_packs WHERE id`} {
		if _, err := c.exec(ctx, `DELETE FROM `+rows+ids, c.root, removal.Ref.String(), removal.Generation); err != nil {
			return err
		}
	}
	return c.explain(ctx, removal.Ref, removal.Generation, "")
}

// exec executes a statement and returns the number of rows that it changed.
func (c *change) exec(ctx context.Context, statement string, args ...any) (changed int64, err error) {
	res, err := c.tx.ExecContext(ctx, c.records.dialect.bind(statement), args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (c *change) row(ctx context.Context, statement string, args ...any) *sql.Row {
	return c.tx.QueryRowContext(ctx, c.records.dialect.bind(statement), args...)
}
