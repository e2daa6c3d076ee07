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
		advice:    adviceSQLite,
	}
}

// Primary result codes of SQLite.
const (
	sqliteBusy    = 5
	sqliteLocked  = 6
	sqliteIOError = 10
	sqliteCorrupt = 11
	sqliteFull    = 13
	sqliteNotADB  = 26
)

// primaryCode returns the primary result code of an error of the driver, 0 for another
// error. Drivers return the extended code, whose low byte it is, from a method Code.
func primaryCode(err error) int {
	var coded interface{ Code() int }
	if errors.As(err, &coded) {
		return coded.Code() & 0xff
	}
	return 0
}

func classifySQLite(err error) failure {
	switch primaryCode(err) {
	case sqliteBusy, sqliteLocked:
		return busy
	case sqliteCorrupt, sqliteNotADB:
		return corrupt
	}
	return fatal
}

func adviceSQLite(err error) string {
	switch primaryCode(err) {
	case sqliteCorrupt, sqliteNotADB:
		return "the file of the database is damaged: restore it from a backup, or move it away and adopt the packs in the root"
	case sqliteFull:
		return "the disk of the database is full: free some space"
	case sqliteIOError:
		return "the file of the database cannot be read or written: check its disk, which may be full"
	}
	return ""
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
