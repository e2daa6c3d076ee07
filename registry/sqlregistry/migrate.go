package sqlregistry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/packtrain/pack"
)

// A SchemaError means that a newer release than this one migrated the database, or that
// an older one did and the database is opened only for reading. It matches
// [pack.ErrStore].
type SchemaError struct {
	Found int // version of the schema in the database
	Known int // the newest version that this release supports
}

// Error includes advice.
func (e *SchemaError) Error() string {
	if e.Found < e.Known {
		return fmt.Sprintf("records have schema version %d, this release needs version %d to read them: migrate them by changing a pack with this release", e.Found, e.Known)
	}
	return fmt.Sprintf("records have schema version %d, this release supports versions up to %d: use a newer release", e.Found, e.Known)
}

// Unwrap returns [pack.ErrStore].
func (e *SchemaError) Unwrap() error { return pack.ErrStore }

// ErrorCode implements [pack.Coder].
func (e *SchemaError) ErrorCode() pack.Code { return pack.CodeStoreCorrupt }

// migrate brings the schema up to date. Each script runs in the transaction
// that records it, so the next process continues from the version that a crashed
// one reached, and a second process that migrates at the same time waits and then has
// nothing to do. A schema that is up to date is only read.
func (r *Records) migrate(ctx context.Context) error {
	scripts, err := r.dialect.scripts()
	if err != nil {
		return err
	}
	found, err := readVersion(ctx, r.db)
	if err != nil { // the table is missing, unless creating it fails for the same reason
		found, err = 0, r.createVersion(ctx)
	}
	for err == nil && found < len(scripts) {
		found, err = r.step(ctx, scripts)
	}
	if err == nil && found > len(scripts) {
		err = &SchemaError{Found: found, Known: len(scripts)}
	}
	return err
}

// checkVersion checks that the schema is that of this release. It only reads.
func (r *Records) checkVersion(ctx context.Context) error {
	scripts, err := r.dialect.scripts()
	if err != nil {
		return err
	}
	found, err := readVersion(ctx, r.db)
	switch {
	case err != nil && r.dialect.missing(err), errors.Is(err, sql.ErrNoRows), err == nil && found == 0:
		return pack.Errorf(pack.CodeNotFound, "the database has no records; installing a pack adds them")
	case err == nil && found != len(scripts):
		return &SchemaError{Found: found, Known: len(scripts)}
	}
	return err
}

// createVersion creates the table of the version of the schema, which is 0 in an empty
// database.
func (r *Records) createVersion(ctx context.Context) error {
	return r.migration(ctx, func(tx *sql.Tx) error {
		for _, statement := range []string{
			`CREATE TABLE IF NOT EXISTS packtrain_schema (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL)`,
			`INSERT INTO packtrain_schema (id, version) VALUES (1, 0) ON CONFLICT DO NOTHING`,
		} {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	})
}

// migration is transact for changes of the schema, one at a time.
func (r *Records) migration(ctx context.Context, fn func(tx *sql.Tx) error) error {
	return r.transact(ctx, func(tx *sql.Tx) error {
		if r.dialect.lockSchema != "" {
			if _, err := tx.ExecContext(ctx, r.dialect.lockSchema); err != nil {
				return err
			}
		}
		return fn(tx)
	})
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
	err = r.migration(ctx, func(tx *sql.Tx) error {
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
