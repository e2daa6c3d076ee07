package main

import (
	"context"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/examples/packd/client"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
)

// remote is the backend that a server is. Work runs there in the background, so
// that it can be watched and cancelled.
type remote struct{ *client.Client }

// Install implements [packInstaller].
func (r remote) Install(ctx context.Context, req pipeline.Request) (*pipeline.Report, error) {
	return r.Client.Install(ctx, wire.InstallRequest{
		Packs: req.Specs, RefSpec: given(req.Rev), RegistryURL: given(req.Index), Timeout: seconds(req.Timeout),
		Python: given(req.Python), Node: given(req.Node), Force: req.Force,
		SkipTests: req.SkipTests, SkipEnvs: req.SkipEnvironments, FailFast: req.FailFast,
	}, req.OnEvent)
}

// Download implements [installer.Installer].
func (r remote) Download(ctx context.Context, req installer.DownloadRequest) (*installer.DownloadReport, error) {
	return r.Background(req.OnEvent).Download(ctx, wire.DownloadRequest{
		Packs: req.Specs, Destination: req.Dest, RefSpec: given(req.Rev), RegistryURL: given(req.Index), Timeout: seconds(req.Timeout),
	})
}

// Analyze implements [deps.DependencyAnalyzer].
func (r remote) Analyze(ctx context.Context, req deps.Request) (*deps.Report, error) {
	return r.Background(req.OnEvent).Dependencies(ctx, wire.DependenciesRequest{Paths: req.Paths, SkipValidation: req.SkipValidation})
}

// Build implements [envbuild.EnvBuilder]. No version prefers the newest one,
// which has to be said: the server has others in mind.
func (r remote) Build(ctx context.Context, req envbuild.Request) (*envbuild.Report, error) {
	return r.Background(req.OnEvent).Build(ctx, wire.BuildRequest{
		Paths: req.Paths, Python: &req.Python, Node: &req.Node, SkipPython: req.SkipPython, SkipNode: req.SkipNode,
		Force: req.Force, Timeout: seconds(req.Timeout),
	})
}

// Register implements [registry.Registrar].
func (r remote) Register(ctx context.Context, req registry.Request) (*registry.Report, error) {
	wire := wire.RegisterRequest{
		Paths: req.Paths, Replace: given(string(req.Replace)),
		SkipValidation: req.SkipValidation, SkipTests: req.SkipTests, Force: req.IgnoreTestFailures,
	}
	if req.IgnoreTestFailures && req.Replace != registry.ReplaceAny {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "register packs: a server that ignores failed tests replaces whatever is there")
	}
	return r.Background(req.OnEvent).Register(ctx, wire)
}

// List implements [registry.Catalog].
func (r remote) List(ctx context.Context) ([]registry.ActivePack, error) { return r.Packs(ctx) }

// given returns nil for "", which leaves the choice to the server.
func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// seconds returns nil for 0.
func seconds(d time.Duration) *int {
	if d == 0 {
		return nil
	}
	n := int(d.Round(time.Second) / time.Second)
	return &n
}
