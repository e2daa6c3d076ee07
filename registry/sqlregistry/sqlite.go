package sqlregistry

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/packtrain/pack"
)

// SQLite is the dialect of SQLite from version 3.35 on.
func SQLite() Dialect {
	return Dialect{
		name:      "sqlite",
		bind:      func(query string) string { return query },
		check:     checkSQLite,
		classify:  classifySQLite,
		undecided: func(error) bool { return false },
		file:      `SELECT file FROM pragma_database_list WHERE name = 'main'`,
		missing:   func(err error) bool { return strings.Contains(err.Error(), "no such table") },
		advice:    func(error) string { return "" },
	}
}

// classifySQLite recognises the primary result codes SQLITE_BUSY and SQLITE_LOCKED,
// which drivers return from a method Code.
func classifySQLite(err error) failure {
	const codeBusy, codeLocked = 5, 6
	var coded interface{ Code() int }
	if errors.As(err, &coded) {
		if primary := coded.Code() & 0xff; primary == codeBusy || primary == codeLocked {
			return busy
		}
	}
	return fatal
}

// checkSQLite switches the database to a write-ahead log, so that readers and writers
// do not wait for each other. The database remembers it. It refuses connections
// whose commits may be lost with the power.
func checkSQLite(ctx context.Context, db *sql.DB) error {
	const normal = 1
	var synchronous int
	if err := db.QueryRowContext(ctx, `PRAGMA synchronous`).Scan(&synchronous); err != nil {
		return err
	}
	if synchronous <= normal {
		return pack.Errorf(pack.CodeInvalidRequest, "commits to the database may be lost with the power: open it with synchronous(FULL)")
	}
	for _, statement := range []string{`PRAGMA journal_mode`, `PRAGMA journal_mode = WAL`} {
		var mode string
		if err := db.QueryRowContext(ctx, statement).Scan(&mode); err != nil {
			return err
		}
		if strings.EqualFold(mode, "wal") {
			return nil
		}
	}
	return pack.Errorf(pack.CodeInvalidRequest, "the database cannot have a write-ahead log, which the records require: use a file on a local disk")
}
