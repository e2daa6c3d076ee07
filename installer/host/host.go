package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/bundle"
	"github.com/packtrain/pack/installer/cache"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/internal/os/fsx"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/registrysource"
	"github.com/packtrain/pack/source/web"
)

// A Host installs and manages the packs of one root. It is safe for concurrent use.
type Host struct {
	// Installer, Analyzer, Builder and Registrar are the stages, and Pipeline runs
	// packs through all of them.
	Installer installer.Installer
	Analyzer  deps.DependencyAnalyzer
	Builder   envbuild.EnvBuilder
	Registrar registry.Registrar
	Pipeline  *pipeline.Pipeline
	// Indices searches and describes the registry indices.
	Indices *registrysource.Source
	// World is what versions are chosen from, for [deps.Resolve].
	World deps.World
	// Store manages the installed packs: it lists, shows, removes and rolls them back,
	// and stores their configuration.
	Store *registry.Store
	// Cache keeps downloaded content; nil if the configuration has NoCache.
	Cache *cache.Cache
	// Runner is the Runner of the configuration, or the default one.
	Runner pack.Runner
	// Unverified downloads from servers without a valid certificate, and sends them no
	// credentials; nil unless the configuration allows it.
	Unverified installer.Installer

	client     *web.Client
	sources    source.Source
	packages   *bundle.Collector
	scratch    string
	searchPath string
	// What Sync has to know of the configuration.
	provided []pack.Provided
	platform pack.Version
	parallel int
	closers  []io.Closer // in the order of opening
}

// Open opens the root, which it creates if missing, completes or undoes changes that
// a crashed process left in it, and composes the stages. An invalid setting is an error
// with [pack.CodeInvalidRequest]. The caller closes the Host.
func Open(ctx context.Context, c Config) (*Host, error) {
	h := &Host{}
	if err := h.open(ctx, c); err != nil {
		return nil, fmt.Errorf("open host: %w", errors.Join(err, h.Close()))
	}
	return h, nil
}

func (h *Host) open(ctx context.Context, c Config) error {
	if err := c.prepare(); err != nil {
		return err
	}
	if err := h.openBundle(&c); err != nil {
		return err
	}
	h.Runner, h.searchPath = c.Runner, strings.Join(c.SearchPath, string(os.PathListSeparator))
	h.provided, h.platform, h.parallel = c.Provided, c.PlatformVersion, c.Parallel
	h.scratch = c.scratch()
	err := fsx.MkdirPrivate(c.Root)
	if err == nil {
		err = os.MkdirAll(c.scratch(), 0o700)
	}
	if e, ok := errors.AsType[*os.PathError](err); ok {
		err = e.Err
	}
	if err != nil {
		return pack.Errorf(pack.CodeIO, "create root %q: %w", c.Root, err)
	}
	open, err := h.opener(c)
	if err != nil {
		return err
	}
	if err := h.openStore(ctx, c, open); err != nil {
		return err
	}
	return h.openStages(c, open)
}

// scratch is the directory for data that sources cannot hold in memory.
func (c Config) scratch() string { return filepath.Join(c.Root, "scratch") }

// Install runs packs through all stages. It is [pipeline.Pipeline.Install].
func (h *Host) Install(ctx context.Context, req pipeline.Request) (*pipeline.Report, error) {
	return h.Pipeline.Install(ctx, req)
}

// CheckIndex returns an error if requests may not use the index with that name or at
// that URL: one that is not configured needs a URL that the network policy permits. The
// addresses of its host are checked when it is contacted.
func (h *Host) CheckIndex(index string) error {
	if h.Indices.Configured(index) {
		return nil
	}
	_, err := h.client.ParseURL(index)
	return err
}

// Environ returns the environment of tests of packs: PATH, set to the search
// path, and LANG. A program may also run actions with it.
func (h *Host) Environ() []string {
	return []string{"PATH=" + h.searchPath, "LANG=C.UTF-8"}
}

// Close waits for running operations and closes the resources that Open opened. The
// Host must not be used afterwards.
func (h *Host) Close() error {
	var errs []error
	for i := len(h.closers) - 1; i >= 0; i-- {
		errs = append(errs, h.closers[i].Close())
	}
	h.closers = nil
	return errors.Join(errs...)
}
