package hostflags

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/packtrain/pack/installer/host"
)

// Config is that of a host, and the database that it keeps records in, if any.
type Config struct {
	host.Config
	// DSN names the database of the records, in place of Records: a path or a "file:"
	// DSN of SQLite. "": none.
	DSN string
}

// A Host is a [host.Host] with its database.
type Host struct {
	*host.Host
	db *sql.DB // nil for none
}

// Open opens the database, and the host on it. The caller closes the Host.
func Open(ctx context.Context, c Config) (*Host, error) {
	h := &Host{}
	if c.DSN != "" {
		db, records, err := openRecords(ctx, c.Root, c.DSN)
		if err != nil {
			return nil, fmt.Errorf("open host: %w", err)
		}
		h.db, c.Records = db, records
	}
	var err error
	if h.Host, err = host.Open(ctx, c.Config); err != nil {
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
