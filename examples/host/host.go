package host

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/source/web"
)

// Config says what a [Host] is made of. Root and SearchPath are required.
type Config struct {
	// Root is the absolute path of the directory of the installed packs. It is
	// created.
	Root string
	// SearchPath lists the directories where interpreters and package tools are
	// looked for; usually the entries of PATH.
	SearchPath []string
	// Base is the absolute path of the directory that relative specs refer to;
	// "" refuses them.
	Base string
	// Allowed confines the paths of packs, in specs and elsewhere; nil for none.
	// It stays the caller's to close.
	Allowed *Roots
	// Index is a registry index, a URL or an absolute path; "" for none.
	Index string
	// DSN names the database of the records: a path or a "file:" DSN of SQLite;
	// "" means a file inside Root.
	DSN string
	// Adopt makes new records of the packs in Root when its records are lost.
	Adopt bool
	// Provided packs exist outside.
	Provided []pack.Provided
	// Network says what may be contacted, and how.
	Network pack.Network
	// AllowUnverified opens [Host.Unverified].
	AllowUnverified bool
	// Runner starts child processes; nil for the default one.
	Runner pack.Runner
	// PythonIndex, FindLinks and NodeRegistry say where packages come from, see
	// [envbuild.Config].
	PythonIndex, NodeRegistry string
	FindLinks                 []string
	// ToolEnv holds variables that package tools need to reach the network.
	ToolEnv []string
}

// A Host is everything that a program needs to install and use packs. It is
// safe for concurrent use.
type Host struct {
	Installer installer.Installer
	Analyzer  deps.DependencyAnalyzer
	Builder   envbuild.EnvBuilder
	Store     *registry.Store
	Pipeline  *pipeline.Pipeline
	Runner    pack.Runner
	// Unverified downloads from servers that cannot prove who they are, and sends
	// them no credentials; nil unless the configuration allows it.
	Unverified installer.Installer

	client     *web.Client
	searchPath string
	db         *sql.DB
}

// Open opens the root and composes the stages on it.
func Open(ctx context.Context, c Config) (*Host, error) {
	h := &Host{Runner: c.Runner, searchPath: strings.Join(c.SearchPath, string(os.PathListSeparator))}
	if h.Runner == nil {
		h.Runner = envbuild.NewRunner(nil)
	}
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
	builder, err := envbuild.New(envbuild.Config{
		Dir: filepath.Join(c.Root, "envs"), SearchPath: c.SearchPath, Runner: h.Runner, Env: c.ToolEnv,
		PythonIndex: c.PythonIndex, FindLinks: c.FindLinks, NodeRegistry: c.NodeRegistry, Open: c.open(),
	})
	if err != nil {
		return err
	}
	h.Builder = builder
	if err := h.openStore(ctx, c, builder); err != nil {
		return err
	}
	return h.openStages(c)
}

func (h *Host) openStore(ctx context.Context, c Config, envs registry.Environments) error {
	db, records, err := openRecords(ctx, c.Root, c.DSN)
	if err != nil {
		return err
	}
	h.db = db
	h.Store, err = registry.Open(ctx, registry.Config{
		Root: c.Root, Records: records, Adopt: c.Adopt, Environments: envs, Provided: c.Provided,
		Runner: h.Runner, TestEnv: h.environ(), Open: c.open(),
	})
	return err
}

func (h *Host) openStages(c Config) error {
	var err error
	if h.client, err = web.New(c.Network, nil); err != nil {
		return err
	}
	var finder deps.Finder
	if h.Installer, finder, err = openInstaller(c, h.client); err != nil {
		return err
	}
	if h.Unverified, err = openUnverified(c); err != nil {
		return err
	}
	h.Analyzer, err = deps.New(deps.Config{Finder: finder, Installed: h.Store, Provided: c.Provided, Open: c.open()})
	if err != nil {
		return err
	}
	h.Pipeline, err = pipeline.New(pipeline.Config{
		Installer: h.Installer, Analyzer: h.Analyzer, Builder: h.Builder, Registrar: h.Store,
		Installed: h.Store, Staging: h.Store,
	})
	return err
}

// open is how the stages open the directories of packs, nil for anyhow.
func (c Config) open() func(path string) (*os.Root, error) {
	if c.Allowed == nil {
		return nil
	}
	return c.Allowed.Open
}

// environ is the environment of tests and actions.
func (h *Host) environ() []string {
	return []string{"PATH=" + h.searchPath, "LANG=C.UTF-8"}
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
