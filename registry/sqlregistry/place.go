package sqlregistry

import (
	"context"
	"database/sql"
	"errors"

	"github.com/packtrain/pack/registry"
)

const (
	selectPlace = `SELECT place FROM packtrain_roots WHERE root = ?`
	updatePlace = `UPDATE packtrain_roots SET place = ? WHERE root = ?`
)

var _ registry.Placer = (*Records)(nil)

// Place implements [registry.Placer].
func (r *Records) Place(ctx context.Context, id string) (place string, err error) {
	err = r.retry(ctx, func() error { return r.db.QueryRowContext(ctx, r.dialect.bind(selectPlace), id).Scan(&place) })
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", r.wrap(ctx, "read place of root", err)
	}
	return place, nil
}

// SetPlace implements [registry.Placer].
func (r *Records) SetPlace(ctx context.Context, path string) error {
	err := r.transact(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, r.dialect.bind(updatePlace), path, r.rootID())
		return err
	})
	if err != nil {
		return r.wrap(ctx, "record place of root", err)
	}
	return nil
}

// File implements [registry.Placer].
func (r *Records) File(ctx context.Context) (file string, err error) {
	if r.dialect.file == "" {
		return "", nil
	}
	err = r.retry(ctx, func() error { return r.db.QueryRowContext(ctx, r.dialect.file).Scan(&file) })
	if err != nil {
		return "", r.wrap(ctx, "find the file of the records", err)
	}
	return file, nil
}
