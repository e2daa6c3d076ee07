package sqlregistry

import (
	"context"
	"database/sql"
	"errors"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

const (
	ensureRoot          = `INSERT INTO packtrain_roots (root) VALUES (?) ON CONFLICT (root) DO NOTHING`
	selectConfiguration = `SELECT c.document FROM packtrain_roots r JOIN packtrain_configurations c ON c.root_id = r.id WHERE r.root = ? AND c.ref = ?`
	upsertConfiguration = `INSERT INTO packtrain_configurations (root_id, ref, document) SELECT id, ?, ? FROM packtrain_roots WHERE root = ?` +
		` ON CONFLICT (root_id, ref) DO UPDATE SET document = excluded.document`
	deleteConfiguration = `DELETE FROM packtrain_configurations WHERE root_id = (SELECT id FROM packtrain_roots WHERE root = ?) AND ref = ?`
)

// Configuration implements [registry.ConfigKeeper].
func (r *Records) Configuration(ctx context.Context, ref pack.Ref) (c registry.Configuration, err error) {
	err = r.retry(ctx, func() error {
		c, err = r.readConfiguration(ctx, r.db, ref)
		return err
	})
	if err != nil {
		return registry.Configuration{}, r.wrap(ctx, "read configuration of pack "+ref.String(), err)
	}
	return c, nil
}

func (r *Records) readConfiguration(ctx context.Context, q rowQuerier, ref pack.Ref) (registry.Configuration, error) {
	var document string
	err := q.QueryRowContext(ctx, r.dialect.bind(selectConfiguration), r.rootID(), ref.String()).Scan(&document)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return registry.Configuration{}, nil
	case err != nil:
		return registry.Configuration{}, err
	}
	return registry.DecodeConfiguration(ref, []byte(document))
}

// SetConfiguration implements [registry.ConfigKeeper].
func (r *Records) SetConfiguration(ctx context.Context, ref pack.Ref, expect string, next registry.Configuration) error {
	err := r.transact(ctx, func(tx *sql.Tx) error {
		// The row of the root is the lock of its writers.
		for _, statement := range []string{ensureRoot, waitForRoot} {
			if _, err := tx.ExecContext(ctx, r.dialect.bind(statement), r.rootID()); err != nil {
				return err
			}
		}
		if next.Revision == "" && expect == "" {
			return r.removeConfiguration(ctx, tx, ref)
		}
		now, err := r.readConfiguration(ctx, tx, ref)
		switch {
		case err != nil:
			return err
		case now.Revision == next.Revision:
			return nil
		case now.Revision != expect:
			return registry.ConfigConflict(ref)
		case next.Revision == "":
			return r.removeConfiguration(ctx, tx, ref)
		}
		return r.writeConfiguration(ctx, tx, ref, next)
	})
	if err != nil {
		return r.wrap(ctx, "set configuration of pack "+ref.String(), err)
	}
	return nil
}

func (r *Records) removeConfiguration(ctx context.Context, tx *sql.Tx, ref pack.Ref) error {
	_, err := tx.ExecContext(ctx, r.dialect.bind(deleteConfiguration), r.rootID(), ref.String())
	return err
}

func (r *Records) writeConfiguration(ctx context.Context, tx *sql.Tx, ref pack.Ref, c registry.Configuration) error {
	document, err := registry.EncodeConfiguration(c)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, r.dialect.bind(upsertConfiguration), ref.String(), string(document), r.rootID())
	return err
}

// markConfiguration keeps secret in the configuration of a pack what the manifest of a
// marks.
func (c *change) markConfiguration(ctx context.Context, a *registry.Activation) error {
	now, err := c.records.readConfiguration(ctx, c.tx, a.Ref)
	if pack.CodeOf(err) == pack.CodeStoreCorrupt {
		return nil // what cannot be decoded cannot be read either
	}
	if err != nil || now.Revision == "" {
		return err
	}
	marked, changed := now.Mark(&a.Manifest)
	if !changed {
		return nil
	}
	return c.records.writeConfiguration(ctx, c.tx, a.Ref, marked)
}
