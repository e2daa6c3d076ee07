package sqlregistry

import (
	"context"
	"database/sql"

	"github.com/packtrain/pack"
)

const (
	selectRoot = `SELECT count(*) FROM packtrain_roots WHERE root = ?`
	// Records that were written before they belonged to a root become those of the
	// first one.
	renameRoot = `UPDATE packtrain_roots SET root = ? WHERE root = '' AND NOT EXISTS (SELECT 1 FROM packtrain_roots WHERE root = ?)`
	insertRoot = `INSERT INTO packtrain_roots (root) VALUES (?) ON CONFLICT (root) DO NOTHING`
)

// Root implements [registry.Binder].
func (r *Records) Root(ctx context.Context, id string) (bound string, err error) {
	if bound = r.rootID(); bound != "" || id == "" {
		return bound, ctx.Err()
	}
	var n int
	err = r.retry(ctx, func() error { return r.db.QueryRowContext(ctx, r.dialect.bind(selectRoot), id).Scan(&n) })
	if err != nil {
		return "", r.wrap(ctx, "read root of records", err)
	}
	if n > 0 {
		r.root.CompareAndSwap(nil, &id)
	}
	return r.rootID(), nil
}

// Bind implements [registry.Binder].
func (r *Records) Bind(ctx context.Context, id string) error {
	r.binding.Lock()
	defer r.binding.Unlock()
	switch r.rootID() {
	case id:
		return ctx.Err()
	case "":
	default:
		return pack.Errorf(pack.CodeConflict, "bind records: the records belong to another root")
	}
	err := r.transact(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, r.dialect.bind(renameRoot), id, id); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, r.dialect.bind(insertRoot), id)
		return err
	})
	if err == nil && !r.root.CompareAndSwap(nil, &id) && r.rootID() != id {
		err = pack.Errorf(pack.CodeConflict, "the records belong to another root")
	}
	if err != nil {
		return r.wrap(ctx, "bind records", err)
	}
	return nil
}
