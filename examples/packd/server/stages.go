package server

import (
	"context"
	"encoding/json"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/examples/host"
	"github.com/packtrain/pack/examples/packd/client"
	"github.com/packtrain/pack/examples/packd/operations"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/registry"
)

// The preferred versions of runtimes when a request names none.
const (
	defaultPython = "3.11"
	defaultNode   = "20"
)

// stages does the work that requests ask for, now or in the background.
type stages struct {
	host  *host.Host
	roots *host.Roots // for what is written
}

// run is an [operations.RunFunc].
func (s *stages) run(ctx context.Context, w operations.Work, observe pack.EventFunc) (any, error) {
	switch w.Kind {
	case client.KindDownload:
		return work(ctx, w, observe, s.download)
	case client.KindDependencies:
		return work(ctx, w, observe, s.dependencies)
	case client.KindBuild:
		return work(ctx, w, observe, s.build)
	case client.KindRegister:
		return work(ctx, w, observe, s.register)
	case client.KindInstall:
		return work(ctx, w, observe, s.install)
	}
	return nil, pack.Errorf(pack.CodeInvalidRequest, "unknown kind of work %.40q", w.Kind)
}

// work decodes the request and does the work of one kind. A report that is not
// there is nil, not a nil pointer.
func work[Q, R any](ctx context.Context, w operations.Work, observe pack.EventFunc, do func(context.Context, Q, pack.EventFunc) (*R, error)) (any, error) {
	var req Q
	if err := json.Unmarshal(w.Body, &req); err != nil {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "read request: %w", err)
	}
	r, err := do(ctx, req, observe)
	if r == nil {
		return nil, err
	}
	return r, err
}

func (s *stages) download(ctx context.Context, req client.DownloadRequest, observe pack.EventFunc) (*installer.DownloadReport, error) {
	dir, err := s.roots.Create(req.Destination)
	if err != nil {
		return nil, err
	}
	defer func() { _ = dir.Close() }()
	return s.host.Installer.Download(ctx, installer.DownloadRequest{
		Specs: req.Packs, Dest: req.Destination, Rev: value(req.RefSpec), Index: value(req.RegistryURL),
		Timeout: seconds(req.Timeout), OnEvent: observe,
	})
}

func (s *stages) dependencies(ctx context.Context, req client.DependenciesRequest, observe pack.EventFunc) (*deps.Report, error) {
	return s.host.Analyzer.Analyze(ctx, deps.Request{Paths: req.Paths, SkipValidation: req.SkipValidation, OnEvent: observe})
}

func (s *stages) build(ctx context.Context, req client.BuildRequest, observe pack.EventFunc) (*envbuild.Report, error) {
	return s.host.Builder.Build(ctx, envbuild.Request{
		Paths: req.Paths, Python: valueOr(req.Python, defaultPython), Node: valueOr(req.Node, defaultNode),
		SkipPython: req.SkipPython, SkipNode: req.SkipNode, Force: req.Force,
		Timeout: seconds(req.Timeout), OnEvent: observe,
	})
}

func (s *stages) register(ctx context.Context, req client.RegisterRequest, observe pack.EventFunc) (*registry.Report, error) {
	r := registry.Request{
		Paths: req.Paths, Replace: registry.Replace(value(req.Replace)),
		SkipValidation: req.SkipValidation, SkipTests: req.SkipTests, OnEvent: observe,
	}
	if req.Force {
		r.Replace, r.IgnoreTestFailures = registry.ReplaceAny, true
	}
	return s.host.Store.Register(ctx, r)
}

func (s *stages) install(ctx context.Context, req client.InstallRequest, observe pack.EventFunc) (*installer.Report, error) {
	return s.host.Pipeline.Install(ctx, installer.Request{
		Specs: req.Packs, Rev: value(req.RefSpec), Index: value(req.RegistryURL), Timeout: seconds(req.Timeout),
		Python: value(req.Python), Node: value(req.Node), Force: req.Force,
		SkipTests: req.SkipTests, SkipEnvironments: req.SkipEnvs, FailFast: req.FailFast, OnEvent: observe,
	})
}

// value returns what p points to, the zero value for nil.
func value[T any](p *T) T {
	var zero T
	return valueOr(p, zero)
}

func valueOr[T any](p *T, absent T) T {
	if p == nil {
		return absent
	}
	return *p
}

// seconds returns a number of seconds as a duration, 0 for nil.
func seconds(n *int) time.Duration { return time.Duration(value(n)) * time.Second }
