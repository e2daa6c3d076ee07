package sqlregistry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/packtrain/pack"
)

// A SchemaError means that a newer release than this one migrated the database. It matches [pack.ErrStore].
type SchemaError struct {
	Found int // version of the schema in the database
	Known int // the newest version that this release supports
}

// Error includes advice.
func (e *SchemaError) Error() string {
	return fmt.Sprintf("records have schema version %d, this release supports versions up to %d: use a newer release", e.Found, e.Known)
}

// Unwrap returns [pack.ErrStore].
func (e *SchemaError) Unwrap() error { return pack.ErrStore }

// ErrorCode implements [pack.Coder].
func (e *SchemaError) ErrorCode() pack.Code { return pack.CodeStoreCorrupt }

// migrate brings the schema up to date. Each script runs in the transaction
// that records it, so the next process continues from the version that a crashed
// one reached, and a second process that migrates at the same time waits and then has
// nothing to do.
func (r *Records) migrate(ctx context.Context) error {
	scripts, err := r.dialect.scripts()
	if err != nil {
		return err
	}
	found, err := r.schemaVersion(ctx)
	if err != nil {
		return err
	}
	for found < len(scripts) {
		if found, err = r.step(ctx, scripts); err != nil {
			return err
		}
	}
	if found > len(scripts) {
		return &SchemaError{Found: found, Known: len(scripts)}
	}
	return nil
}

// schemaVersion returns the version of the schema. It is 0 for an empty database, in
// which schemaVersion creates the table of the version.
func (r *Records) schemaVersion(ctx context.Context) (version int, err error) {
	const create = `CREATE TABLE IF NOT EXISTS packtrain_schema (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL)`
	if _, err := r.db.ExecContext(ctx, create); err != nil {
		return 0, err
	}
	version, err = readVersion(ctx, r.db)
	if !errors.Is(err, sql.ErrNoRows) {
		return version, err
	}
	if _, err := r.db.ExecContext(ctx, `INSERT INTO packtrain_schema (id, version) VALUES (1, 0) ON CONFLICT DO NOTHING`); err != nil {
		return 0, err
	}
	return readVersion(ctx, r.db)
}

type rowQuerier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func readVersion(ctx context.Context, q rowQuerier) (version int, err error) {
	err = q.QueryRowContext(ctx, `SELECT version FROM packtrain_schema`).Scan(&version)
	return version, err
}

// step runs the next script, unless another process has run it, and returns the
// version of the schema after it.
func (r *Records) step(ctx context.Context, scripts []string) (version int, err error) {
	err = r.transact(ctx, func(tx *sql.Tx) error {
		// Writing first acquires the lock that a second process waits for.
		if _, err := tx.ExecContext(ctx, `UPDATE packtrain_schema SET version = version`); err != nil {
			return err
		}
		if version, err = readVersion(ctx, tx); err != nil || version >= len(scripts) {
			return err
		}
		if err := execScript(ctx, tx, scripts[version]); err != nil {
			return fmt.Errorf("migrate from schema version %d: %w", version, err)
		}
		version++
		_, err := tx.ExecContext(ctx, r.dialect.bind(`UPDATE packtrain_schema SET version = ?`), version)
		return err
	})
	return version, err
}

// execScript executes one statement after another, because some drivers do not
// accept several at once. Each ends with a semicolon at the end of a line.
func execScript(ctx context.Context, tx *sql.Tx, script string) error {
	for statement := range strings.SplitSeq(script, ";\n") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}
