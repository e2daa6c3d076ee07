package host

import (
	"cmp"
	"context"
	"os"
	"path/filepath"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/cache"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/source/web"
)

// openFunc opens the directory of a pack for a stage.
type openFunc func(path string) (*os.Root, error)

// opener returns the function that opens the directories of packs for the stages:
// those of Confine and the root. nil allows any directory.
func (h *Host) opener(c Config) (openFunc, error) {
	if c.Confine == nil {
		return nil, nil //nolint:nilnil // any directory
	}
	root, err := OpenRoots(c.Root)
	if err != nil {
		return nil, err
	}
	h.closers = append(h.closers, root)
	return root.and(c.Confine).Open, nil
}

// openStore opens the builder and the store, which gets environments from it.
func (h *Host) openStore(ctx context.Context, c Config, open openFunc) error {
	builder, err := newBuilder(c, open)
	if err != nil {
		return err
	}
	if h.Builder, err = replace[envbuild.EnvBuilder]("Builder", c.Builder, builder); err != nil {
		return err
	}
	environments, ok := h.Builder.(registry.Environments)
	if !ok {
		environments = builder
	}
	records, err := openRecords(ctx, c)
	if err != nil {
		return err
	}
	h.Store, err = registry.Open(ctx, registry.Config{
		Root: c.Root, GroupAccess: c.GroupAccess, Records: records, Adopt: c.Adopt, NewRoot: c.NewRoot, Environments: environments,
		Provided: c.Provided, PlatformVersion: c.PlatformVersion, Load: c.Load, Open: open, Runner: c.Runner, RemoteIsolation: c.RemoteIsolation, TestEnv: h.Environ(), TestTimeout: c.TestTimeout,
		Parallel: c.Parallel, LockTimeout: c.LockTimeout, Retention: c.Retention, Logger: c.Logger, Clock: c.Clock,
	})
	if err != nil {
		return err
	}
	h.closers = append(h.closers, h.Store)
	h.Registrar, err = replace[registry.Registrar]("Registrar", c.Registrar, h.Store)
	return err
}

func newBuilder(c Config, open openFunc) (*envbuild.Builder, error) {
	return envbuild.New(envbuild.Config{
		Dir: filepath.Join(c.Root, "envs"), SearchPath: c.SearchPath, Runner: c.Runner, Network: c.Network, Env: c.ToolEnv,
		PythonIndex: c.PythonIndex, FindLinks: c.FindLinks, NodeRegistry: c.NodeRegistry,
		Packages: c.packages(), Policy: c.Packages, Load: c.Load, Open: open, Jobs: c.Parallel, Logger: c.Logger,
	})
}

// openStages creates the other stages and the pipeline.
func (h *Host) openStages(c Config, open openFunc) (err error) {
	if h.client, err = web.New(c.Network, c.Web); err != nil {
		return err
	}
	if !c.NoCache {
		if h.Cache, err = cache.New(cmp.Or(c.CacheDir, filepath.Join(c.Root, "cache")), &cache.Options{Budget: c.CacheBudget}); err != nil {
			return err
		}
	}
	if h.packages, err = newCollector(c); err != nil {
		return err
	}
	if h.sources, h.Indices, err = newSources(c, h.client, h.Cache); err != nil {
		return err
	}
	if h.Installer, err = newDownloader(c, h.sources); err != nil {
		return err
	}
	if h.Unverified, err = newUnverified(c); err != nil {
		return err
	}
	follower, err := newFollower(c, h.Cache)
	if err != nil {
		return err
	}
	h.World, err = replace[deps.World]("World", c.World, installer.NewWorld(installer.WorldConfig{
		Installed: h.Store, Index: c.index(h.Indices), Installer: h.Installer, Staging: h.Store, Shelf: shelf(h.Cache),
		Follow: c.FollowURLs, Follower: follower, Places: h.Indices,
	}))
	if err != nil {
		return err
	}
	analyzer, err := deps.New(deps.Config{
		World: h.World, Provided: c.Provided, PlatformVersion: c.PlatformVersion, Load: c.Load, Open: open,
		Parallel: c.Parallel,
	})
	if err != nil {
		return err
	}
	if h.Analyzer, err = replace[deps.DependencyAnalyzer]("Analyzer", c.Analyzer, analyzer); err != nil {
		return err
	}
	h.Pipeline, err = pipeline.New(pipeline.Config{
		Installer: h.Installer, Analyzer: h.Analyzer, Builder: h.Builder, Registrar: h.Registrar,
		World: h.World, Staging: h.Store, Catalog: h.Store, Remover: h.Store, Generations: h.Store, Configurer: h.Store, Cache: planCache(h.Cache), Provided: c.Provided, PlatformVersion: c.PlatformVersion, Parallel: c.Parallel,
	})
	return err
}

// planCache returns the cache for plans, nil for none.
func planCache(kept *cache.Cache) pipeline.Cache {
	if kept == nil {
		return nil
	}
	return kept
}

// replace calls the hook of a part, which may be nil, and returns the part to use.
func replace[T any](field string, hook func(T) T, made T) (T, error) {
	if hook == nil {
		return made, nil
	}
	used := hook(made)
	if any(used) == nil {
		return used, pack.Errorf(pack.CodeInvalidRequest, "%s returned nil", field)
	}
	return used, nil
}
