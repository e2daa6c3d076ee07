package sqlregistry

import (
	"context"
	"database/sql"
	"errors"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

const (
	selectEvidence = `SELECT e.document FROM packtrain_roots r JOIN packtrain_evidence e ON e.root_id = r.id WHERE r.root = ? AND e.ref = ? ORDER BY e.id`
	findEvidence   = `SELECT count(*) > 0 FROM packtrain_roots r JOIN packtrain_evidence e ON e.root_id = r.id WHERE r.root = ? AND e.ref = ? AND e.document = ?`
	insertEvidence = `INSERT INTO packtrain_evidence (root_id, ref, document) SELECT id, ?, ? FROM packtrain_roots WHERE root = ?`
	dropEvidence   = `DELETE FROM packtrain_evidence WHERE root_id = (SELECT id FROM packtrain_roots WHERE root = ?) AND ref = ? AND id <=` +
		` (SELECT e.id FROM packtrain_roots r JOIN packtrain_evidence e ON e.root_id = r.id WHERE r.root = ? AND e.ref = ? ORDER BY e.id DESC LIMIT 1 OFFSET ?)`
	dropAnyEvidence = `DELETE FROM packtrain_evidence WHERE root_id = (SELECT id FROM packtrain_roots WHERE root = ?) AND id <=` +
		` (SELECT e.id FROM packtrain_roots r JOIN packtrain_evidence e ON e.root_id = r.id WHERE r.root = ? ORDER BY e.id DESC LIMIT 1 OFFSET ?)`
)

// Evidence implements [registry.EvidenceKeeper].
func (r *Records) Evidence(ctx context.Context, ref pack.Ref) ([]registry.TestResult, error) {
	scan := func(rows *sql.Rows) (document string, err error) { return document, rows.Scan(&document) }
	found, err := read(ctx, r, scan, selectEvidence, ref.String())
	if err != nil {
		return nil, r.wrap(ctx, "read test results of pack "+ref.String(), err)
	}
	results := make([]registry.TestResult, 0, len(found))
	var damaged []error
	for _, document := range found {
		result, err := registry.DecodeEvidence(ref, []byte(document))
		if err != nil {
			damaged = append(damaged, err)
			continue
		}
		results = append(results, result)
	}
	return results, errors.Join(damaged...)
}

// AddEvidence implements [registry.EvidenceKeeper].
func (r *Records) AddEvidence(ctx context.Context, result registry.TestResult) error {
	document, err := registry.EncodeEvidence(result)
	if err != nil {
		return err
	}
	root, ref := r.rootID(), result.Ref.String()
	err = r.transact(ctx, func(tx *sql.Tx) error {
		run := func(statements ...statement) error {
			for _, s := range statements {
				if _, err := tx.ExecContext(ctx, r.dialect.bind(s.text), s.args...); err != nil {
					return err
				}
			}
			return nil
		}
		// The row of the root is the lock of its writers.
		if err := run(statement{ensureRoot, []any{root}}, statement{waitForRoot, []any{root}}); err != nil {
			return err
		}
		var known bool
		if err := tx.QueryRowContext(ctx, r.dialect.bind(findEvidence), root, ref, string(document)).Scan(&known); err != nil || known {
			return err
		}
		return run(
			statement{insertEvidence, []any{ref, string(document), root}},
			statement{dropEvidence, []any{root, ref, root, ref, registry.KeptEvidence}},
			statement{dropAnyEvidence, []any{root, root, registry.MostEvidence}},
		)
	})
	if err != nil {
		return r.wrap(ctx, "record test result of pack "+ref, err)
	}
	return nil
}

// A statement is one of SQL with its arguments.
type statement struct {
	text string
	args []any
}
