package api_test

import (
	"context"
	"errors"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/examples/packd/client"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
)

// A world is a library whose stages fail as their specs say: "item/NAME" fails
// with that error, "request/NAME" is a whole request that does, and "report/NAME"
// one that does after a part was done.
type world struct{ faults map[string]error }

// fail returns the failures of the packs of a request, whether there is a report,
// and the error of the request.
func (w world) fail(specs []string, ref pack.Ref, stage pack.Stage) (failed []pack.Failure, report bool, err error) {
	for i, spec := range specs {
		switch how, name, _ := strings.Cut(spec, "/"); how {
		case "request":
			return nil, false, w.faults[name]
		case "report":
			return nil, true, w.faults[name]
		default:
			failed = append(failed, pack.NewFailure(i, spec, ref, stage, w.faults[name]))
		}
	}
	return failed, true, pack.NewBatchError(failed)
}

func (w world) Download(_ context.Context, req installer.DownloadRequest) (*installer.DownloadReport, error) {
	failed, report, err := w.fail(req.Specs, "", pack.StageDownload)
	if !report {
		return nil, err
	}
	return &installer.DownloadReport{Failed: failed}, err
}

func (w world) Analyze(_ context.Context, req deps.Request) (*deps.Report, error) {
	failed, report, err := w.fail(req.Paths, "", pack.StageLoad)
	if !report {
		return nil, err
	}
	return &deps.Report{Failed: failed}, err
}

func (w world) Build(_ context.Context, req envbuild.Request) (*envbuild.Report, error) {
	failed, report, err := w.fail(req.Paths, "demo", pack.StageEnvironments)
	if !report {
		return nil, err
	}
	return &envbuild.Report{Failed: failed}, err
}

func (w world) Register(_ context.Context, req registry.Request) (*registry.Report, error) {
	failed, report, err := w.fail(req.Paths, "demo", pack.StageTests)
	if !report {
		return nil, err
	}
	return &registry.Report{Failed: failed}, err
}

func (w world) Plan(context.Context, pipeline.Request) (*pipeline.Plan, error) {
	return nil, errors.ErrUnsupported
}

func (w world) Apply(context.Context, *pipeline.Plan, pack.EventFunc) (*pipeline.Report, error) {
	return nil, errors.ErrUnsupported
}

func (w world) Install(_ context.Context, req pipeline.Request) (*pipeline.Report, error) {
	failed, report, err := w.fail(req.Specs, "demo", pack.StageStorage)
	if !report {
		return nil, err
	}
	r := &pipeline.Report{Failed: failed}
	for i := range failed {
		f := &failed[i]
		r.Outcomes = append(r.Outcomes, pipeline.Outcome{Spec: f.Spec, Ref: f.Ref, Status: pack.StatusFailed, Failure: f})
	}
	return r, err
}

// A result is the result of a stage.
type result struct {
	report bool
	failed []pack.Failure // those of the report
	err    error
}

func results[R any](failures func(*R) []pack.Failure) func(*R, error) result {
	return func(r *R, err error) result {
		if r == nil {
			return result{err: err}
		}
		return result{report: true, failed: failures(r), err: err}
	}
}

// A stageCall calls one stage: of a world, and through a client in every way that
// there is.
type stageCall struct {
	name   string
	local  func(ctx context.Context, w world, specs []string) result
	remote map[string]func(ctx context.Context, specs []string) result
}

func stageCalls(c *client.Client, dest string) []stageCall {
	background := c.Background(nil)
	type ways = map[string]func(context.Context, []string) result
	download := results(func(r *installer.DownloadReport) []pack.Failure { return r.Failed })
	analysis := results(func(r *deps.Report) []pack.Failure { return r.Failed })
	build := results(func(r *envbuild.Report) []pack.Failure { return r.Failed })
	registration := results(func(r *registry.Report) []pack.Failure { return r.Failed })
	install := results(func(r *pipeline.Report) []pack.Failure { return r.Failed })
	return []stageCall{
		{wire.KindDownload, func(ctx context.Context, w world, specs []string) result {
			return download(w.Download(ctx, installer.DownloadRequest{Specs: specs}))
		}, ways{
			"waiting": func(ctx context.Context, specs []string) result {
				return download(c.Download(ctx, wire.DownloadRequest{Packs: specs, Destination: dest}))
			},
			"background": func(ctx context.Context, specs []string) result {
				return download(background.Download(ctx, wire.DownloadRequest{Packs: specs, Destination: dest}))
			},
		}},
		{wire.KindDependencies, func(ctx context.Context, w world, specs []string) result {
			return analysis(w.Analyze(ctx, deps.Request{Paths: specs}))
		}, ways{
			"waiting": func(ctx context.Context, specs []string) result {
				return analysis(c.Dependencies(ctx, wire.DependenciesRequest{Paths: specs}))
			},
			"background": func(ctx context.Context, specs []string) result {
				return analysis(background.Dependencies(ctx, wire.DependenciesRequest{Paths: specs}))
			},
		}},
		{wire.KindBuild, func(ctx context.Context, w world, specs []string) result {
			return build(w.Build(ctx, envbuild.Request{Paths: specs}))
		}, ways{
			"waiting": func(ctx context.Context, specs []string) result {
				return build(c.Build(ctx, wire.BuildRequest{Paths: specs}))
			},
			"background": func(ctx context.Context, specs []string) result {
				return build(background.Build(ctx, wire.BuildRequest{Paths: specs}))
			},
		}},
		{wire.KindRegister, func(ctx context.Context, w world, specs []string) result {
			return registration(w.Register(ctx, registry.Request{Paths: specs}))
		}, ways{
			"waiting": func(ctx context.Context, specs []string) result {
				return registration(c.Register(ctx, wire.RegisterRequest{Paths: specs}))
			},
			"background": func(ctx context.Context, specs []string) result {
				return registration(background.Register(ctx, wire.RegisterRequest{Paths: specs}))
			},
		}},
		{wire.KindInstall, func(ctx context.Context, w world, specs []string) result {
			return install(w.Install(ctx, pipeline.Request{Specs: specs}))
		}, ways{
			"background": func(ctx context.Context, specs []string) result {
				return install(c.Install(ctx, wire.InstallRequest{Packs: specs}, nil))
			},
		}},
	}
}
