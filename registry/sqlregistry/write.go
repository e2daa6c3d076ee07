package sqlregistry

import (
	"context"
	"database/sql"
	"errors"

	"github.com/packtrain/pack/registry"
)

const (
	waitForRoot   = `UPDATE packtrain_roots SET asked = asked + 1 WHERE root = ?`
	selectOutcome = `SELECT count(*) > 0 FROM packtrain_roots r JOIN packtrain_operations o ON o.root_id = r.id WHERE r.root = ? AND o.operation = ?`
)

// Apply implements [registry.Writer]. While it is unknown whether the operation was
// applied, because the connection was lost, Apply repeats it: the ID of the operation is
// recorded once, and the transaction in doubt holds the lock of the root until its end.
func (r *Records) Apply(ctx context.Context, op registry.Operation) ([]registry.Record, error) {
	if err := op.Check(); err != nil {
		return nil, err
	}
	var records []registry.Record
	err := r.transact(ctx, func(tx *sql.Tx) (err error) {
		c := &change{records: r, tx: tx}
		records, err = c.apply(ctx, &op)
		return err
	})
	if err != nil && !errors.Is(err, errRepeated) {
		return nil, r.wrap(ctx, "apply operation "+op.ID, err)
	}
	return records, nil
}

// Outcome implements [registry.Writer].
func (r *Records) Outcome(ctx context.Context, id string) (applied bool, err error) {
	err = r.transact(ctx, func(tx *sql.Tx) error {
		// Writing waits for the other transactions of the root to end. It has to change the
		// row: if a process dies between writing a commit to the log of SQLite and publishing
		// it, only pages that are written to the log after it keep that commit from appearing
		// once the log is read again.
		if _, err := tx.ExecContext(ctx, r.dialect.bind(waitForRoot), r.rootID()); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, r.dialect.bind(selectOutcome), r.rootID(), id).Scan(&applied)
	})
	if err != nil {
		return false, r.wrap(ctx, "read outcome of operation "+id, err)
	}
	return applied, nil
}
