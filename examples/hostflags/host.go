package hostflags

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/host"
)

// Config is that of a host, with a database in place of Records, which is not used.
type Config struct {
	host.Config
	// DSN names the database of the records: a path or a "file:" DSN of SQLite;
	// "" means a file inside Root.
	DSN string
}

// A Host is a [host.Host] with its database.
type Host struct {
	*host.Host
	db *sql.DB
}

// Open opens the database, and the host on it. The caller closes the Host.
func Open(ctx context.Context, c Config) (*Host, error) {
	if !filepath.IsAbs(c.Root) {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "open host: root %q is not an absolute path", c.Root)
	}
	if err := os.MkdirAll(c.Root, 0o755); err != nil {
		return nil, fmt.Errorf("open host: %w", err)
	}
	db, records, err := openRecords(ctx, c.Root, c.DSN)
	if err != nil {
		return nil, fmt.Errorf("open host: %w", err)
	}
	c.Records = records
	h, err := host.Open(ctx, c.Config)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &Host{h, db}, nil
}

// Close closes the host and then the database.
func (h *Host) Close() error { return errors.Join(h.Host.Close(), h.db.Close()) }
