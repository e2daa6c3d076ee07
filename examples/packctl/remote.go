package main

import (
	"context"

	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/examples/packd/client"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
)

// remote is the backend that uses a server. Work runs there in the background, so
// that it can be watched and cancelled.
type remote struct {
	*client.Client
	verify bool // whether servers must prove their identity
}

// Install implements [packInstaller].
func (r remote) Install(ctx context.Context, req pipeline.Request) (*pipeline.Report, error) {
	return r.Client.Install(ctx, wire.NewInstallRequest(req), req.OnEvent)
}

// Plan implements [packInstaller].
func (r remote) Plan(ctx context.Context, req pipeline.Request) (*pipeline.Plan, error) {
	return r.Client.Plan(ctx, wire.NewPlanRequest(req), req.OnEvent)
}

// Links implements [linkReader]: a server shows those of installed packs.
func (r remote) Links(ctx context.Context) ([]registry.Link, error) {
	packs, err := r.List(ctx)
	links := []registry.Link{}
	for _, p := range packs {
		if p.Link != nil {
			links = append(links, *p.Link)
		}
	}
	return links, err
}

// Download implements [installer.Installer].
func (r remote) Download(ctx context.Context, req installer.DownloadRequest) (*installer.DownloadReport, error) {
	q := wire.NewDownloadRequest(req)
	if !r.verify {
		q.VerifySSL = &r.verify
	}
	return r.Background(req.OnEvent).Download(ctx, q)
}

// Analyze implements [deps.DependencyAnalyzer].
func (r remote) Analyze(ctx context.Context, req deps.Request) (*deps.Report, error) {
	return r.Background(req.OnEvent).Dependencies(ctx, wire.NewDependenciesRequest(req))
}

// Build implements [envbuild.EnvBuilder].
func (r remote) Build(ctx context.Context, req envbuild.Request) (*envbuild.Report, error) {
	return r.Background(req.OnEvent).Build(ctx, wire.NewBuildRequest(req))
}

// Register implements [registry.Registrar].
func (r remote) Register(ctx context.Context, req registry.Request) (*registry.Report, error) {
	return r.Background(req.OnEvent).Register(ctx, wire.NewRegisterRequest(req))
}
