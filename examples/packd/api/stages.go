package api

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/examples/packd/operations"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
)

// stages does the work that requests ask for, now or in the background.
type stages struct {
	installer installer.Installer
	// unverified downloads from servers that cannot prove their identity; nil where
	// that is not allowed.
	unverified installer.Installer
	analyzer   deps.DependencyAnalyzer
	builder    envbuild.EnvBuilder
	registrar  registry.Registrar
	pipeline   packInstaller

	// checkIndexURL reports whether a request may name an index.
	checkIndexURL func(index string) error

	roots   *host.Roots // below which destinations lie
	current string      // where active packs appear
	timeout time.Duration
	tracer  trace.Tracer
	ended   func(kind, outcome string)
}

// A packInstaller takes packs through all stages; a [pipeline.Pipeline] does.
type packInstaller interface {
	Install(ctx context.Context, req pipeline.Request) (*pipeline.Report, error)
	Plan(ctx context.Context, req pipeline.Request) (*pipeline.Plan, error)
	Apply(ctx context.Context, plan *pipeline.Plan, observe pack.EventFunc) (*pipeline.Report, error)
}

// run is an [operations.RunFunc].
func (s *stages) run(ctx context.Context, w operations.Work, observe pack.EventFunc) (any, error) {
	late := pack.Errorf(pack.CodeTimeout, "the work took longer than %v", s.timeout)
	ctx, cancel := context.WithTimeoutCause(ctx, s.timeout, late)
	defer cancel()
	ctx, span := s.tracer.Start(ctx, "work "+w.Kind)
	defer span.End()
	report, err := s.do(withLimits(registry.WithActor(ctx, w.Actor), w.Limits), w, observe)
	outcome := outcomeOf(err)
	span.SetAttributes(attribute.String("outcome", outcome))
	s.ended(w.Kind, outcome)
	if err != nil && errors.Is(context.Cause(ctx), late) {
		err = late
	}
	return report, err
}

func outcomeOf(err error) string {
	_, partial := errors.AsType[*pack.BatchError](err)
	switch {
	case err == nil:
		return "completed"
	case partial:
		return "partial"
	}
	return "failed"
}

func (s *stages) do(ctx context.Context, w operations.Work, observe pack.EventFunc) (any, error) {
	t, err := s.task(w.Kind)
	if err != nil {
		return nil, err
	}
	return t.run(ctx, w.Body, observe)
}

func (s *stages) dependencies(ctx context.Context, req wire.DependenciesRequest, observe pack.EventFunc) (*wire.DependenciesReport, error) {
	q := req.Request()
	q.OnEvent = observe
	r, err := s.analyzer.Analyze(ctx, q)
	return wire.NewDependenciesReport(r), err
}

func (s *stages) build(ctx context.Context, req wire.BuildRequest, observe pack.EventFunc) (*wire.BuildReport, error) {
	if err := s.checkLinkDir(req.BaseDir); err != nil {
		return nil, err
	}
	q := req.Request()
	q.OnEvent = observe
	r, err := s.builder.Build(ctx, q)
	return wire.NewBuildReport(r), err
}

func (s *stages) install(ctx context.Context, req wire.InstallRequest, observe pack.EventFunc) (*wire.InstallReport, error) {
	if err := s.checkIndex(req.RegistryURL); err != nil {
		return nil, err
	}
	q := req.Request()
	if l := workLimits(ctx); l != nil {
		r, err := s.installWithin(ctx, l, q, observe)
		return wire.NewInstallReport(r), err
	}
	q.OnEvent = observe
	r, err := s.pipeline.Install(ctx, q)
	return wire.NewInstallReport(r), err
}

func (s *stages) plan(ctx context.Context, req wire.PlanRequest, observe pack.EventFunc) (*pipeline.Plan, error) {
	if err := s.checkIndex(req.RegistryURL); err != nil {
		return nil, err
	}
	q := req.Request()
	q.OnEvent = observe
	return s.pipeline.Plan(ctx, q)
}

func (s *stages) apply(ctx context.Context, req wire.ApplyRequest, observe pack.EventFunc) (*wire.ApplyReport, error) {
	r, err := s.pipeline.Apply(ctx, &req.Plan, observe)
	return wire.NewApplyReport(r), err
}
