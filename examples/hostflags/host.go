package hostflags

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/registry"
)

// Config configures a host and, optionally, the database of its records.
type Config struct {
	host.Config
	// DSN is the database of the records, instead of Records: a path or a "file:"
	// DSN of SQLite, or a URL of PostgreSQL. "" means none.
	DSN string
	// SharedRoot says that several hosts share the root. The records are in PostgreSQL.
	SharedRoot bool
}

// A Host is a [host.Host] with its database.
type Host struct {
	*host.Host
	db *sql.DB // nil without a database
}

// Open opens the database and the host. The caller closes the Host.
func Open(ctx context.Context, c Config) (*Host, error) {
	return open(ctx, c, openRecords, host.Open)
}

// OpenReadOnly opens the host as [host.OpenReadOnly] does, with its database, to which it
// writes nothing.
func OpenReadOnly(ctx context.Context, c Config) (*Host, error) {
	return open(ctx, c, readRecords, host.OpenReadOnly)
}

type (
	recordsOpener = func(ctx context.Context, c Config) (*sql.DB, registry.Records, error)
	hostOpener    = func(context.Context, host.Config) (*host.Host, error)
)

func open(ctx context.Context, c Config, openRecords recordsOpener, openHost hostOpener) (*Host, error) {
	h := &Host{}
	if c.DSN != "" {
		db, records, err := openRecords(ctx, c)
		if err != nil {
			return nil, fmt.Errorf("open host: %w", err)
		}
		h.db, c.Records = db, records
	}
	var err error
	if h.Host, err = openHost(ctx, c.Config); err != nil {
		return nil, errors.Join(err, h.closeDB())
	}
	return h, nil
}

// Close closes the host and then the database.
func (h *Host) Close() error { return errors.Join(h.Host.Close(), h.closeDB()) }

func (h *Host) closeDB() error {
	if h.db == nil {
		return nil
	}
	return h.db.Close()
}
