package sqlregistry

import (
	"context"
	"database/sql"
	"errors"

	"github.com/packtrain/pack"
)

const (
	selectRoot = `SELECT shared FROM packtrain_roots WHERE root = ?`
	// Records that were written before they belonged to a root become those of the
	// first one.
	renameRoot = `UPDATE packtrain_roots SET root = ?, shared = ? WHERE root = '' AND NOT EXISTS (SELECT 1 FROM packtrain_roots WHERE root = ?)`
	insertRoot = `INSERT INTO packtrain_roots (root, shared) VALUES (?, ?) ON CONFLICT (root) DO NOTHING`
)

// Root implements [registry.Binder].
func (r *Records) Root(ctx context.Context, id string) (bound string, err error) {
	if bound = r.rootID(); bound != "" || id == "" {
		return bound, ctx.Err()
	}
	var shared int64
	err = r.retry(ctx, func() error { return r.db.QueryRowContext(ctx, r.dialect.bind(selectRoot), id).Scan(&shared) })
	if errors.Is(err, sql.ErrNoRows) {
		return r.rootID(), nil
	}
	if err == nil {
		err = r.checkShared(shared)
	}
	if err != nil {
		return "", r.wrap(ctx, "read root of records", err)
	}
	r.root.CompareAndSwap(nil, &id)
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
		if _, err := tx.ExecContext(ctx, r.dialect.bind(renameRoot), id, r.shared(), id); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, r.dialect.bind(insertRoot), id, r.shared())
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
