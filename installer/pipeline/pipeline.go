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
	// Provided and PlatformVersion are those of the Analyzer, see [deps.Policy].
	Provided        []pack.Provided
	PlatformVersion pack.Version
	// Parallel is how many packs are looked up at a time; 0 means as many as there are
	// processors.
	Parallel int
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

// Install installs packs, and those they need.
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
	r := &run{
		Pipeline: p, Batch: batch.New(req.OnEvent), req: req, started: time.Now(),
		failed: map[pack.Ref]error{}, learned: map[pack.ID]pack.Candidate{}, found: map[pack.Ref]finding{}, read: map[pack.ID]*packState{},
	}
	err := r.all(ctx)
	rep := r.finish(context.WithoutCancel(ctx))
	if err != nil {
		return rep, fmt.Errorf("%s: %w", installing, err)
	}
	return rep, batch.Err(ctx, installing, rep.Failed)
}

const installing = "install packs"

// all takes the packs through the stages.
func (r *run) all(ctx context.Context) (err error) {
	defer batch.Rescue(&err)
	r.begin()
	if err := r.lookUp(ctx); err != nil {
		return err
	}
	dir, release, err := r.config.Staging.Stage(ctx)
	if err != nil {
		return fmt.Errorf("get staging directory: %w", err)
	}
	defer release()
	r.staging = dir
	for _, stage := range []func(context.Context) error{r.downloadPlaces, r.settle, r.register} {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if err := stage(ctx); err != nil {
			return err
		}
		if r.req.FailFast && len(r.failures()) > 0 {
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
