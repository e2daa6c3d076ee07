package host

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/sqlregistry"
)

// openRecords opens the database that dsn names, "" for a file inside root. The
// caller closes it.
func openRecords(ctx context.Context, root, dsn string) (*sql.DB, *sqlregistry.Records, error) {
	if strings.Contains(dsn, "://") && !strings.HasPrefix(dsn, "file:") { // it may hold a password: do not quote it
		return nil, nil, pack.Errorf(pack.CodeInvalidRequest, "open database: want a path or a \"file:\" DSN of SQLite")
	}
	db, err := sql.Open("sqlite", sqliteDSN(root, dsn))
	if err != nil {
		return nil, nil, fmt.Errorf("open database: %w", err)
	}
	records, err := sqlregistry.Open(ctx, db, sqlregistry.SQLite())
	if err != nil {
		_ = db.Close()
		return nil, nil, fmt.Errorf("open database: %w", err)
	}
	return db, records, nil
}

// sqliteDSN takes a "file:" DSN as it is. A path gets the settings that
// package sqlregistry asks for.
func sqliteDSN(root, dsn string) string {
	if strings.HasPrefix(dsn, "file:") {
		return dsn
	}
	if dsn == "" {
		dsn = filepath.Join(root, "packtrain.db")
	}
	u := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(dsn)}
	u.RawQuery = "_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)"
	return u.String()
}
