package sqlregistry

import (
	"context"
	"database/sql"
	"errors"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

const (
	selectState   = `SELECT generation, version FROM packtrain_packs WHERE root_id = ? AND ref = ?`
	updateChange  = `UPDATE packtrain_operations SET change = ? WHERE root_id = ? AND operation = ?`
	selectLast    = `SELECT operations FROM packtrain_roots WHERE root = ?`
	selectChanges = `SELECT o.number, o.change FROM packtrain_roots r JOIN packtrain_operations o ON o.root_id = r.id` +
		` WHERE r.root = ? AND o.number > ? AND o.change <> '' ORDER BY o.number LIMIT ?`
)

// changeAndNote makes all changes of op and adds what it changed to the feed.
func (c *change) changeAndNote(ctx context.Context, op *registry.Operation) error {
	before, err := c.states(ctx, op)
	if err != nil {
		return err
	}
	if err := c.change(ctx, op); err != nil {
		return err
	}
	change := op.Change(before)
	if len(change.Packs) == 0 {
		return nil
	}
	_, err = c.exec(ctx, updateChange, asJSON(&change), c.root, op.ID)
	return err
}

// states returns the active generations of the packs that op changes.
func (c *change) states(ctx context.Context, op *registry.Operation) (map[pack.Ref]registry.GenerationID, error) {
	states := map[pack.Ref]registry.GenerationID{}
	for _, ref := range op.Refs() {
		var g registry.GenerationID
		err := c.row(ctx, selectState, c.root, ref.String()).Scan(&g.Name, asText(&g.Version))
		switch {
		case err == nil, pack.CodeOf(err) == pack.CodeStoreCorrupt: // without the version
			states[ref] = g
		case !errors.Is(err, sql.ErrNoRows):
			return nil, err
		}
	}
	return states, nil
}

// Changes implements [registry.Feed]. The number of an operation is the position of its
// change. Operations are numbered under the lock of the root, so in the order of their
// commits.
func (r *Records) Changes(ctx context.Context, since int64) (registry.ChangeBatch, error) {
	batch, err := r.changes(ctx, since)
	if err != nil {
		return registry.ChangeBatch{}, r.wrap(ctx, "read changes", err)
	}
	return batch, nil
}

func (r *Records) changes(ctx context.Context, since int64) (registry.ChangeBatch, error) {
	batch := registry.ChangeBatch{Changes: []registry.Change{}}
	last, err := r.lastChange(ctx, since)
	if batch.Next = last; err != nil || since < 0 || since == last {
		return batch, err
	}
	found, err := read(ctx, r, scanChange, selectChanges, since, registry.MaxChanges)
	if pack.CodeOf(err) == pack.CodeStoreCorrupt {
		err = &registry.FeedError{Since: since, Next: last}
	}
	if err != nil {
		return batch, err
	}
	if batch.Changes = found; len(found) > 0 {
		batch.Next = max(last, found[len(found)-1].Position)
	}
	if len(found) == registry.MaxChanges {
		batch.Next = found[len(found)-1].Position
	}
	// Changes may have been deleted before they were read.
	_, err = r.lastChange(ctx, since)
	return batch, err
}

// lastChange returns the number of the last operation, unless those after since are not
// kept.
func (r *Records) lastChange(ctx context.Context, since int64) (last int64, err error) {
	found, err := read(ctx, r, scanNumber, selectLast)
	if err != nil {
		return 0, err
	}
	if len(found) > 0 {
		last = found[0]
	}
	if since >= 0 && (since > last || since < last-registry.RememberedOperations) {
		return 0, &registry.FeedError{Since: since, Next: last}
	}
	return last, nil
}

func scanNumber(rows *sql.Rows) (number int64, err error) {
	err = rows.Scan(&number)
	return number, err
}

func scanChange(rows *sql.Rows) (registry.Change, error) {
	var c registry.Change
	var position int64
	err := rows.Scan(&position, asJSON(&c))
	c.Position = position
	return c, err
}
