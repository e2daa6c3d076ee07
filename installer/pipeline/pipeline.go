package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/internal/batch"
	"github.com/packtrain/pack/registry"
)

// Config names the stages that a [Pipeline] composes, and what it knows. All stages, World
// and Staging are required.
type Config struct {
	Installer installer.Installer
	Analyzer  deps.DependencyAnalyzer
	Builder   envbuild.EnvBuilder
	Registrar registry.Registrar
	// World knows which packs are installed and available; usually an
	// [installer.World].
	World deps.World
	// Staging provides the directory that receives downloads.
	Staging installer.Staging
	// Catalog describes the installed packs, for plans and for environments that are built
	// again. Remover removes packs, and Generations rolls them back. If nil, there are none
	// of these, or no plans that remove or roll back.
	Catalog     registry.Catalog
	Remover     registry.Remover
	Generations Generations
	// Configurer has the configurations of packs, which plans hold against what new
	// versions allow. If nil, plans say nothing about them.
	Configurer Configurer
	// Cache keeps what plans need, usually a cache.Cache that the source of Installer
	// uses. If nil, a plan is applied as long as its content can be fetched again.
	Cache Cache
	// Provided and PlatformVersion are those of the Analyzer, see [deps.Policy].
	Provided        []pack.Provided
	PlatformVersion pack.Version
	// Parallel is how many packs are looked up at a time; 0 means as many as there are
	// processors.
	Parallel int
}

// A Configurer says which packs have a configuration, and whether that fits a version of
// the pack, without the secret values. A [registry.Store] implements it.
type Configurer interface {
	// Config returns the configuration with placeholders in place of secret values.
	Config(ctx context.Context, ref pack.Ref) (registry.Configuration, error)
	// ConfigProblems returns why the recorded configuration of the pack of m does not fit
	// m; nil if it fits.
	ConfigProblems(ctx context.Context, m *pack.Manifest) ([]string, error)
}

// Generations are those of the installed packs that are kept. A [registry.Store]
// implements it.
type Generations interface {
	registry.Snapshotter
	registry.RollBacker
}

// A Cache keeps downloaded trees.
type Cache interface {
	// Keep returns a context under which all trees are kept that are downloaded.
	Keep(ctx context.Context) context.Context
	// Has reports whether a tree is kept.
	Has(tree pack.Digest) (bytes int64, ok bool)
}

func (c Config) check() error {
	var missing string
	switch {
	case c.Installer == nil:
		missing = "Installer"
	case c.Analyzer == nil:
		missing = "Analyzer"
	case c.Builder == nil:
		missing = "Builder"
	case c.Registrar == nil:
		missing = "Registrar"
	case c.World == nil:
		missing = "World"
	case c.Staging == nil:
		missing = "Staging"
	default:
		return nil
	}
	return pack.Errorf(pack.CodeInvalidRequest, "create pipeline: %s is required", missing)
}

// A Pipeline takes packs through all stages: download, dependencies,
// environments, tests and registration. It uses only the interfaces of the stages,
// so a host can do the same with its own code. It is safe for concurrent use.
type Pipeline struct {
	config Config
}

// New returns a Pipeline. A stage that is missing is an error with
// [pack.CodeInvalidRequest].
func New(c Config) (*Pipeline, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	return &Pipeline{config: c}, nil
}

// Install installs packs, and those they need. It does what [Pipeline.Plan] says, and
// [Pipeline.Apply] of that would do, without a plan in between.
//
// A failed pack leaves no files behind and its previously active version stays active,
// as do those of the packs that have to change together with it (see
// [registry.Registrar]). Other packs continue. Packs that failed are in the report and
// in a [*pack.BatchError] that comes with it. Any other error means that the request
// itself failed or was cancelled; the report that comes with it says which packs are
// active by then.
//
// Installing a pack again downloads no content that has a digest, builds nothing
// and changes nothing.
func (p *Pipeline) Install(ctx context.Context, req Request) (*Report, error) {
	if len(req.Specs) == 0 {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "%s: name at least one spec", installing)
	}
	req.AllOrNothing = req.AllOrNothing || req.RefreshEnvironments
	r := p.newRun(req)
	if err := r.checkRefresh(); err != nil {
		return nil, fmt.Errorf("%s: %w", installing, err)
	}
	err := r.all(ctx)
	rep := r.finish(context.WithoutCancel(ctx))
	if err != nil {
		return rep, fmt.Errorf("%s: %w", installing, err)
	}
	return rep, batch.Err(ctx, installing, rep.Failed)
}

func (p *Pipeline) newRun(req Request) *run {
	return &run{
		Pipeline: p, Batch: batch.New(req.OnEvent), req: req, started: time.Now(),
		failed: map[pack.Ref]error{}, learned: map[pack.ID]pack.Candidate{}, found: map[pack.Ref]finding{}, places: map[string]finding{}, read: map[pack.ID]*packState{},
	}
}

const installing = "install packs"

// all takes the packs through the stages.
func (r *run) all(ctx context.Context) (err error) {
	r.begin()
	if err := r.lookUp(ctx); err != nil {
		return err
	}
	return r.stages(ctx, r.downloadPlaces, r.settle, r.refresh, r.register)
}

// stages runs some stages, with a staging directory.
func (r *run) stages(ctx context.Context, stages ...func(context.Context) error) (err error) {
	defer batch.Rescue(&err)
	dir, release, err := r.config.Staging.Stage(ctx)
	if err != nil {
		return fmt.Errorf("get staging directory: %w", err)
	}
	defer release()
	r.staging = dir
	for _, stage := range stages {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if err := stage(ctx); err != nil {
			return err
		}
		if r.req.FailFast && len(r.failures()) > 0 && !r.planning {
			return nil
		}
	}
	return nil
}

// requestError returns err, unless it only lists failed packs, which are also in
// the report.
func requestError(err error) error {
	if _, ok := errors.AsType[*pack.BatchError](err); ok {
		return nil
	}
	return err
}
