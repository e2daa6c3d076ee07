package historytest

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver; that of PostgreSQL comes with pgtest

	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/registry/sqlregistry"
)

// A backend says where the records of a root are, and how much is done with it.
type backend struct {
	Kind  string        // files, sqlite or postgresql
	DSN   string        // of a PostgreSQL database
	Lease time.Duration // positive if several hosts share the root
	Count int           // operations of each process
	// Writers is the number of processes that change packs. The others only read. 0: all
	// processes do both.
	Writers int
}

// open opens the root below dir with its records.
func (b backend) open(ctx context.Context, dir string) (store *registry.Store, closeAll func() error, err error) {
	records, closeRecords, err := b.records(ctx, dir)
	if err != nil {
		return nil, nil, err
	}
	store, err = registry.Open(ctx, registry.Config{Root: filepath.Join(dir, "root"), Records: records, LockTimeout: time.Minute})
	if err != nil {
		return nil, nil, errors.Join(err, closeRecords())
	}
	return store, func() error { return errors.Join(store.Close(), closeRecords()) }, nil
}

func (b backend) records(ctx context.Context, dir string) (registry.Records, func() error, error) {
	driver, dsn, dialect := "pgx", b.DSN, sqlregistry.PostgreSQL()
	switch b.Kind {
	case "files":
		records, err := registry.OpenFiles(ctx, filepath.Join(dir, "records"))
		return records, func() error { return nil }, err
	case "sqlite":
		driver, dsn, dialect = "sqlite", "file:"+filepath.Join(dir, "records.db"), sqlregistry.SQLite()
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return nil, nil, err
	}
	records, err := sqlregistry.Open(ctx, db, dialect, &sqlregistry.Options{Wait: 30 * time.Second, Lease: b.Lease})
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return records, db.Close, nil
}
