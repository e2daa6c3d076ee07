package host

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/registry"
)

// Config says what a [Host] is made of. Only Root is required.
type Config struct {
	// Root is the absolute path of the directory of the installed packs. It is
	// created.
	Root string
	// Base is the absolute path of the directory that relative specs refer to;
	// "" refuses them.
	Base string
	// DSN names the database of the records: a path or a "file:" DSN of SQLite;
	// "" means a file inside Root.
	DSN string
	// Provided packs exist outside.
	Provided []pack.Provided
	// Network says what may be contacted.
	Network pack.NetworkPolicy
}

// A Host is everything that a program needs to install and use packs. It is
// safe for concurrent use.
type Host struct {
	Installer installer.Installer
	Analyzer  deps.DependencyAnalyzer
	Store     *registry.Store

	db *sql.DB
}

// Open opens the root and composes the stages on it.
func Open(ctx context.Context, c Config) (*Host, error) {
	h := &Host{}
	if err := h.open(ctx, c); err != nil {
		return nil, fmt.Errorf("open host: %w", errors.Join(err, h.Close()))
	}
	return h, nil
}

func (h *Host) open(ctx context.Context, c Config) error {
	if !filepath.IsAbs(c.Root) {
		return pack.Errorf(pack.CodeInvalidRequest, "root %q is not an absolute path", c.Root)
	}
	if err := os.MkdirAll(c.Root, 0o755); err != nil {
		return err
	}
	if err := h.openStore(ctx, c); err != nil {
		return err
	}
	return h.openStages(c)
}

func (h *Host) openStore(ctx context.Context, c Config) error {
	db, records, err := openRecords(ctx, c.Root, c.DSN)
	if err != nil {
		return err
	}
	h.db = db
	h.Store, err = registry.Open(ctx, registry.Config{Root: c.Root, Records: records, Provided: c.Provided})
	return err
}

func (h *Host) openStages(c Config) error {
	sources, err := openSources(c)
	if err != nil {
		return err
	}
	h.Installer, err = installer.NewDownloader(installer.DownloadConfig{Source: sources, Provided: c.Provided})
	if err != nil {
		return err
	}
	h.Analyzer, err = deps.New(deps.Config{Installed: h.Store, Provided: c.Provided})
	return err
}

// Close waits for what is under way and closes the database.
func (h *Host) Close() error {
	var errs []error
	if h.Store != nil {
		errs = append(errs, h.Store.Close())
	}
	if h.db != nil {
		errs = append(errs, h.db.Close())
	}
	return errors.Join(errs...)
}
