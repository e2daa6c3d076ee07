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

	_ "modernc.org/sqlite" // the driver

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/sqlregistry"
)

// MakeRoot creates the directory of a root, for its owner alone, unless it exists.
func MakeRoot(root string) error {
	if err := os.MkdirAll(filepath.Dir(root), 0o755); err != nil {
		return err
	}
	if err := os.Mkdir(root, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// openRecords opens the database dsn. The caller closes it.
func openRecords(ctx context.Context, root, dsn string) (*sql.DB, *sqlregistry.Records, error) {
	if strings.Contains(dsn, "://") && !strings.HasPrefix(dsn, "file:") { // it may contain a password: do not quote it
		return nil, nil, pack.Errorf(pack.CodeInvalidRequest, "open database: want a path or a \"file:\" DSN of SQLite")
	}
	if err := MakeRoot(root); err != nil { // it may contain the database
		return nil, nil, fmt.Errorf("create root: %w", err)
	}
	err := createPrivate(dsn)
	if err != nil {
		return nil, nil, fmt.Errorf("create database: %w", err)
	}
	db, err := sql.Open("sqlite", sqliteDSN(dsn))
	if err != nil {
		return nil, nil, fmt.Errorf("open database: %w", err)
	}
	records, err := sqlregistry.Open(ctx, db, sqlregistry.SQLite(), nil)
	if err != nil {
		_ = db.Close()
		return nil, nil, fmt.Errorf("open database: %w", err)
	}
	return db, records, nil
}

// createPrivate creates a missing database file with permissions for its owner
// only, because configurations may contain secrets. SQLite creates the files beside it
// with the same permissions. A "file:" DSN is left to the user.
func createPrivate(dsn string) error {
	if strings.HasPrefix(dsn, "file:") {
		return nil
	}
	f, err := os.OpenFile(dsn, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// sqliteDSN returns a "file:" DSN unchanged. It adds the settings that package
// sqlregistry requires to a path.
func sqliteDSN(dsn string) string {
	if strings.HasPrefix(dsn, "file:") {
		return dsn
	}
	u := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(dsn)}
	u.RawQuery = "_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)"
	return u.String()
}
