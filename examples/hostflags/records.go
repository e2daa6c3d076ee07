package hostflags

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the driver

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/registry/sqlregistry"
)

// openRecords opens the database of c. The caller closes it.
func openRecords(ctx context.Context, c Config) (*sql.DB, registry.Records, error) {
	if err := MakeRoot(c.Root); err != nil { // it may contain the database
		return nil, nil, fmt.Errorf("create root: %w", err)
	}
	return recordsIn(ctx, c, openSQLite, sqlregistry.Open)
}

// readRecords opens the database of c only for reading. The caller closes it, unless it is
// nil: where there is no database, or none with records, the records are empty.
func readRecords(ctx context.Context, c Config) (*sql.DB, registry.Records, error) {
	db, records, err := recordsIn(ctx, c, readSQLite, sqlregistry.OpenReadOnly)
	if errors.Is(err, pack.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
		return nil, registry.NewMemory(), nil
	}
	return db, records, err
}

type opener = func(ctx context.Context, db *sql.DB, dialect sqlregistry.Dialect, opts *sqlregistry.Options) (*sqlregistry.Records, error)

func recordsIn(ctx context.Context, c Config, sqlite func(string) (*sql.DB, error), open opener) (*sql.DB, registry.Records, error) {
	db, dialect, err := openDB(c.DSN, sqlite)
	if err != nil {
		return nil, nil, fmt.Errorf("open database: %w", err)
	}
	var opts sqlregistry.Options
	if c.SharedRoot {
		opts.Lease = sqlregistry.DefaultLease
	}
	records, err := open(ctx, db, dialect, &opts)
	if err != nil {
		_ = db.Close()
		return nil, nil, fmt.Errorf("open database: %w", err)
	}
	return db, records, nil
}

// openDB opens a database without connecting to it. Errors do not quote the DSN,
// which may contain a password.
func openDB(dsn string, sqlite func(string) (*sql.DB, error)) (*sql.DB, sqlregistry.Dialect, error) {
	switch _, _, isURL := strings.Cut(dsn, "://"); {
	case isPostgreSQL(dsn):
		db, err := openPostgreSQL(dsn)
		return db, sqlregistry.PostgreSQL(), err
	case isURL && !strings.HasPrefix(dsn, "file:"):
		return nil, sqlregistry.Dialect{}, pack.Errorf(pack.CodeInvalidRequest, "want a path or a \"file:\" DSN of SQLite, or a \"postgres:\" URL")
	}
	db, err := sqlite(dsn)
	return db, sqlregistry.SQLite(), err
}

// isPostgreSQL reports whether dsn is the URL of a PostgreSQL database.
func isPostgreSQL(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

// openPostgreSQL opens a database without prepared statements, unless its URL demands
// them, because they do not work through a connection pooler.
func openPostgreSQL(dsn string) (*sql.DB, error) {
	const mode = "default_query_exec_mode"
	u, err := url.Parse(dsn)
	if err != nil {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "the URL of the database is invalid")
	}
	if !u.Query().Has(mode) {
		if u.RawQuery != "" {
			u.RawQuery += "&"
		}
		u.RawQuery += mode + "=exec"
	}
	config, err := pgx.ParseConfig(u.String())
	if err != nil {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "the URL of the database is invalid: check its parameters and the PG variables of the environment")
	}
	return stdlib.OpenDB(*config), nil
}

// openSQLite opens a file. It creates a missing one with permissions for its owner only,
// because configurations may contain secrets. SQLite creates the files beside it with
// the same permissions. A "file:" DSN is left to the user.
func openSQLite(dsn string) (*sql.DB, error) {
	if strings.HasPrefix(dsn, "file:") {
		return sql.Open("sqlite", dsn)
	}
	f, err := os.OpenFile(dsn, os.O_WRONLY|os.O_CREATE, 0o600)
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("create database: %w", err)
	}
	return sql.Open("sqlite", fileDSN(dsn, nil))
}

// readSQLite opens an existing file for reading. Where this process may create files,
// SQLite creates those by which processes share a database, and removes them again.
// Elsewhere they are there while another process has the database open; when they are not,
// the database cannot change. A "file:" DSN is left to the user.
func readSQLite(dsn string) (*sql.DB, error) {
	if strings.HasPrefix(dsn, "file:") {
		return sql.Open("sqlite", dsn)
	}
	if _, err := os.Stat(dsn); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	query := url.Values{"mode": {"rw"}, "_pragma": {"query_only(ON)"}}
	if isReadOnly(filepath.Dir(dsn)) || isReadOnly(dsn) {
		query.Set("mode", "ro")
		if _, err := os.Stat(dsn + "-wal"); errors.Is(err, fs.ErrNotExist) {
			query.Set("immutable", "1")
		}
	}
	return sql.Open("sqlite", fileDSN(dsn, query))
}

func fileDSN(path string, query url.Values) string {
	u := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(path), RawQuery: query.Encode()}
	return u.String()
}
