package installertest

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/internal/batch"
)

// A Fake is an [installer.Installer], and stands in for a [pipeline.Pipeline], in the
// tests of a host. It uses neither network nor disk: a spec "ref", "ref@constraint" or
// "<anything>/ref" succeeds as pack ref in [FakeVersion], unless it is in Broken. The
// zero value is ready to use. It is safe for concurrent use once its fields are set.
type Fake struct {
	// Broken are the packs that fail, by ref, with their errors: at the stage that a
	// [*pack.Failure] names, others at stage download; in an installation at the one
	// that such errors come from.
	Broken map[pack.Ref]error
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
	case f.OnDownload != nil:
		return f.OnDownload(ctx, req)
	case len(req.Specs) == 0:
		return nil, pack.Errorf(pack.CodeInvalidRequest, "download packs: name at least one spec")
	case !filepath.IsAbs(req.Dest):
		return nil, pack.Errorf(pack.CodeInvalidRequest, "download packs: destination %q is not an absolute path", req.Dest)
	}
	b := batch.New(req.OnEvent)
	items := f.work(ctx, b, req.Specs, pack.StatusDone, func(error) pack.Stage { return pack.StageDownload })
	rep := &installer.DownloadReport{Downloaded: []installer.DownloadedPack{}, Failed: failures(items), Warnings: b.Warnings()}
	for _, it := range items {
		if it.Err == nil {
			rep.Downloaded = append(rep.Downloaded, installer.DownloadedPack{
				Item: it.At, Spec: it.Spec, Scheme: "registry",
				Content: &pack.Content{Dir: filepath.Join(req.Dest, it.ID.Ref.String()), ID: it.ID},
			})
		}
	}
	return rep, batch.Err(ctx, "download packs", rep.Failed)
}

// Install imitates [pipeline.Pipeline.Install].
func (f *Fake) Install(ctx context.Context, req pipeline.Request) (*pipeline.Report, error) {
	f.mu.Lock()
	f.installs = append(f.installs, req)
	f.mu.Unlock()
	switch {
	case f.OnInstall != nil:
		return f.OnInstall(ctx, req)
	case len(req.Specs) == 0:
		return nil, pack.Errorf(pack.CodeInvalidRequest, "install packs: name at least one spec")
	}
	b := batch.New(req.OnEvent)
	items := f.work(ctx, b, req.Specs, pack.StatusInstalled, stageOf)
	rep := &pipeline.Report{Outcomes: []pipeline.Outcome{}, Failed: failures(items), Warnings: b.Warnings()}
	for _, it := range items {
		o := pipeline.Outcome{Spec: it.Spec, Ref: it.ID.Ref, Version: it.ID.Version, Status: it.Status, RequiredBy: []pack.Ref{}}
		if i := slices.IndexFunc(rep.Failed, func(f pack.Failure) bool { return f.Item == it.At }); i >= 0 {
			o.Failure = &rep.Failed[i]
		}
		rep.Outcomes = append(rep.Outcomes, o)
	}
	rep.Summary.Total, rep.Summary.Failed = len(items), len(rep.Failed)
	rep.Summary.Installed = rep.Summary.Total - rep.Summary.Failed
	return rep, batch.Err(ctx, "install packs", rep.Failed)
}

// work makes an outcome of each spec: a pack with the status, or a failure.
func (f *Fake) work(ctx context.Context, b *batch.Batch, specs []string, status pack.Status, stage func(error) pack.Stage) []*batch.Item {
	var items []*batch.Item
	for _, i := range batch.Distinct(specs, func(spec string) string { return spec }) {
		it := &batch.Item{At: i, Spec: specs[i]}
		items = append(items, it)
		id, err := parseSpec(it.Spec)
		if broken := f.Broken[id.Ref]; err == nil && broken != nil {
			err = broken
		}
		it.ID = id
		if b.Run(ctx, it, batch.StageOf(err, stage(err)), func() error { return err }) {
			it.Status = status
		}
		b.Close(context.WithoutCancel(ctx), it)
	}
	return items
}

func parseSpec(spec string) (pack.ID, error) {
	name, _, _ := strings.Cut(spec[strings.LastIndex(spec, "/")+1:], "@")
	ref, err := pack.ParseRef(name)
	if err != nil {
		return pack.ID{}, err
	}
	v, err := pack.ParseVersion(FakeVersion)
	return pack.ID{Ref: ref, Version: v}, err
}

// stageOf returns the stage of an installation that such an error comes from.
func stageOf(err error) pack.Stage {
	switch {
	case errors.Is(err, pack.ErrDependency):
		return pack.StageDependencies
	case errors.Is(err, pack.ErrBuild):
		return pack.StageEnvironments
	case errors.Is(err, pack.ErrTests):
		return pack.StageTests
	case errors.Is(err, pack.ErrConflict), errors.Is(err, pack.ErrStore), errors.Is(err, pack.ErrBusy):
		return pack.StageRegistration
	}
	return pack.StageDownload
}

func failures(items []*batch.Item) []pack.Failure {
	return batch.Failures(items, func(it *batch.Item) *batch.Item { return it })
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
