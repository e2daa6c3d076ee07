package sqlregistry

import (
	"context"
	"database/sql"
	"errors"

	"github.com/packtrain/pack"
)

const selectRoot = `SELECT root FROM packtrain_root`

// Root implements [registry.Binder].
func (r *Records) Root(ctx context.Context) (id string, err error) {
	err = r.db.QueryRowContext(ctx, selectRoot).Scan(&id)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", r.wrap(ctx, "read root of records", err)
	}
	return id, nil
}

// Bind implements [registry.Binder].
func (r *Records) Bind(ctx context.Context, id string) error {
	err := r.transact(ctx, func(tx *sql.Tx) error {
		insert := r.dialect.bind(`INSERT INTO packtrain_root (id, root) VALUES (1, ?) ON CONFLICT DO NOTHING`)
		if _, err := tx.ExecContext(ctx, insert, id); err != nil {
			return err
		}
		var bound string
		if err := tx.QueryRowContext(ctx, selectRoot).Scan(&bound); err != nil {
			return err
		}
		if bound != id {
			return pack.Errorf(pack.CodeConflict, "the records belong to another root")
		}
		return nil
	})
	if err != nil {
		return r.wrap(ctx, "bind records", err)
	}
	return nil
}
