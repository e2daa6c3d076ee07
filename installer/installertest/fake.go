package installertest

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/pipeline"
)

// A Fake replaces an [installer.Installer] and a [pipeline.Pipeline] in the tests
// of a host. It uses neither network nor disk: a spec "ref", "ref@constraint" or
// "<anything>/ref" succeeds as pack ref in [FakeVersion], unless it is in Broken.
// The zero value is ready to use. It is safe for concurrent use once its fields
// are set.
type Fake struct {
	// Broken are the specs that fail, with their errors.
	Broken map[string]error
	// OnDownload and OnInstall, when not nil, are called instead.
	OnDownload func(ctx context.Context, req installer.DownloadRequest) (*installer.DownloadReport, error)
	OnInstall  func(ctx context.Context, req pipeline.Request) (*pipeline.Report, error)

	mu        sync.Mutex
	downloads []installer.DownloadRequest
	installs  []pipeline.Request
}

var _ installer.Installer = (*Fake)(nil)

// FakeVersion is the version that every pack of a [Fake] has.
const FakeVersion = "1.0.0"

// Download implements [installer.Installer].
func (f *Fake) Download(ctx context.Context, req installer.DownloadRequest) (*installer.DownloadReport, error) {
	f.mu.Lock()
	f.downloads = append(f.downloads, req)
	f.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case f.OnDownload != nil:
		return f.OnDownload(ctx, req)
	}
	rep := &installer.DownloadReport{Downloaded: []installer.DownloadedPack{}, Failed: []pack.Failure{}, Warnings: []pack.Warning{}}
	for i, spec := range req.Specs {
		id, err := f.pack(spec)
		if err != nil {
			rep.Failed = append(rep.Failed, pack.NewFailure(i, spec, "", pack.StageDownload, err))
			continue
		}
		rep.Downloaded = append(rep.Downloaded, installer.DownloadedPack{
			Item: i, Spec: spec, Scheme: "registry",
			Content: &pack.Content{Dir: filepath.Join(req.Dest, id.Ref.String()), ID: id},
		})
	}
	return rep, pack.NewBatchError(rep.Failed)
}

// Install imitates [pipeline.Pipeline.Install].
func (f *Fake) Install(ctx context.Context, req pipeline.Request) (*pipeline.Report, error) {
	f.mu.Lock()
	f.installs = append(f.installs, req)
	f.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case f.OnInstall != nil:
		return f.OnInstall(ctx, req)
	}
	rep := &pipeline.Report{Outcomes: []pipeline.Outcome{}, Failed: []pack.Failure{}, Warnings: []pack.Warning{}}
	for i, spec := range req.Specs {
		id, err := f.pack(spec)
		o := pipeline.Outcome{Spec: spec, Ref: id.Ref, Version: id.Version, Status: pack.StatusInstalled, RequiredBy: []pack.Ref{}}
		if err != nil {
			o.Status = pack.StatusFailed
			rep.Failed = append(rep.Failed, pack.NewFailure(i, spec, "", pack.StageDownload, err))
			o.Failure = &rep.Failed[len(rep.Failed)-1]
			rep.Summary.Failed++
		}
		rep.Outcomes = append(rep.Outcomes, o)
	}
	rep.Summary.Total = len(req.Specs)
	rep.Summary.Installed = rep.Summary.Total - rep.Summary.Failed
	return rep, pack.NewBatchError(rep.Failed)
}

func (f *Fake) pack(spec string) (pack.ID, error) {
	if err := f.Broken[spec]; err != nil {
		return pack.ID{}, err
	}
	name, _, _ := strings.Cut(spec[strings.LastIndex(spec, "/")+1:], "@")
	ref, err := pack.ParseRef(name)
	if err != nil {
		return pack.ID{}, err
	}
	v, err := pack.ParseVersion(FakeVersion)
	return pack.ID{Ref: ref, Version: v}, err
}

// Downloads returns the requests to Download so far, in order.
func (f *Fake) Downloads() []installer.DownloadRequest {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.downloads)
}

// Installs returns the requests to Install so far, in order.
func (f *Fake) Installs() []pipeline.Request {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.installs)
}
