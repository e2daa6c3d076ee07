package crashtest

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
	"modernc.org/sqlite"

	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/registry/internal/generations"
	"github.com/packtrain/pack/registry/sqlregistry"
)

// A backend says where the records of a root are.
type backend struct {
	Kind string // files, sqlite or postgresql
	DSN  string // of a PostgreSQL database
}

// rootIn returns the root below dir. Its records, except those in PostgreSQL, are in it.
func rootIn(dir string) string { return filepath.Join(dir, "root") }

// open opens the root below dir, with a fault that may be nil.
func (b backend) open(ctx context.Context, dir string, fault generations.Fault) (store *registry.Store, closeAll func() error, err error) {
	ctx = generations.WithFault(ctx, fault)
	records, closeRecords, err := b.records(ctx, dir, fault)
	if err != nil {
		return nil, nil, err
	}
	store, err = registry.Open(ctx, registry.Config{Root: rootIn(dir), Records: records, LockTimeout: 10 * time.Second})
	if err != nil {
		return nil, nil, errors.Join(err, closeRecords())
	}
	return store, func() error { return errors.Join(store.Close(), closeRecords()) }, nil
}

func (b backend) records(ctx context.Context, dir string, fault generations.Fault) (registry.Records, func() error, error) {
	if b.Kind == "files" {
		records, err := registry.OpenFiles(ctx, b.place(dir))
		return records, func() error { return nil }, err
	}
	if err := os.MkdirAll(rootIn(dir), 0o700); err != nil {
		return nil, nil, err
	}
	dialect := sqlregistry.SQLite()
	if b.Kind == "postgresql" {
		dialect = sqlregistry.PostgreSQL()
	}
	db := sql.OpenDB(b.connector(dir, fault))
	records, err := sqlregistry.Open(ctx, db, dialect, &sqlregistry.Options{Wait: 20 * time.Second})
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return records, db.Close, nil
}

// place returns the directory or the database of the records.
func (b backend) place(dir string) string {
	switch b.Kind {
	case "files":
		return filepath.Join(rootIn(dir), "records")
	case "sqlite":
		return "file:" + filepath.Join(rootIn(dir), "records.db")
	}
	return b.DSN
}

func (b backend) connector(dir string, fault generations.Fault) *connector {
	if fault == nil {
		fault = func(string) error { return nil }
	}
	if b.Kind == "sqlite" {
		return &connector{&sqlite.Driver{}, b.place(dir), fault}
	}
	return &connector{stdlib.GetDefaultDriver(), b.DSN, fault}
}
