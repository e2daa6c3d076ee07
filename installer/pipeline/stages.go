package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/registry"
)

// errNoOutcome is the failure of a pack that a stage did not report on.
var errNoOutcome = errors.New("the stage reported nothing about it")

// downloadRequested downloads what the request names.
func (r *run) downloadRequested(ctx context.Context) error { return r.download(ctx, r.packs) }

// download downloads ps, which have not been downloaded yet.
func (r *run) download(ctx context.Context, ps []*packState) error {
	req := installer.DownloadRequest{
		Dest: r.staging, Rev: r.req.Rev, Index: r.req.Index, Timeout: r.req.Timeout,
		Known: r.known, OnEvent: r.relay(nil),
	}
	for _, p := range ps {
		req.Specs = append(req.Specs, p.Spec)
	}
	rep, err := r.config.Installer.Download(ctx, req)
	if rep != nil {
		r.addDownload(rep)
		err = cmp.Or(r.noteDownload(ps, rep), err)
	}
	return requestError(err)
}

func (r *run) noteDownload(ps []*packState, rep *installer.DownloadReport) error {
	for _, d := range rep.Downloaded {
		if d.Item < 0 || d.Item >= len(ps) || d.Content == nil {
			return fmt.Errorf("download packs: report on item %d of %d", d.Item, len(ps))
		}
		p := ps[d.Item]
		p.Spec, p.ID, p.content, p.result.Previous = d.Spec, d.Content.ID, d.Content, r.previous(d.Content.ID.Ref)
		p.content.Staged = !d.Unchanged
	}
	for i := range rep.Failed {
		f := &rep.Failed[i]
		if f.Item < 0 || f.Item >= len(ps) {
			return fmt.Errorf("download packs: report on item %d of %d", f.Item, len(ps))
		}
		p := ps[f.Item]
		r.fail(p, pack.StageDownload, cause(f))
		// Only now: another version of the pack may still be added.
		p.Spec, p.ID.Ref = f.Spec, cmp.Or(p.ID.Ref, f.Ref)
		p.result.Previous = r.previous(p.ID.Ref)
	}
	for _, p := range ps {
		if !p.going() {
			r.fail(p, pack.StageDownload, errNoOutcome)
		}
	}
	return nil
}

func (r *run) addDownload(rep *installer.DownloadReport) {
	if r.report.Download == nil {
		r.report.Download = &installer.DownloadReport{
			Downloaded: []installer.DownloadedPack{}, Failed: []pack.Failure{}, Warnings: []pack.Warning{},
		}
	}
	all := r.report.Download
	all.Downloaded = append(all.Downloaded, rep.Downloaded...)
	all.Failed = append(all.Failed, rep.Failed...)
	all.Warnings = append(all.Warnings, rep.Warnings...)
	r.noteWarnings(nil, rep.Warnings)
}

// settle adds dependencies and builds environments. A pack whose environment
// fails also fails its dependents, so the dependencies are analysed again after
// that.
func (r *run) settle(ctx context.Context) error {
	for {
		if err := r.addDependencies(ctx); err != nil {
			return err
		}
		if r.req.SkipEnvironments || r.req.FailFast && len(r.failures()) > 0 {
			return nil
		}
		if failed, err := r.build(ctx); !failed || err != nil {
			return err
		}
	}
}

// build builds the environments of the packs that have none yet, and reports
// whether one failed.
func (r *run) build(ctx context.Context) (failed bool, err error) {
	var ps []*packState
	for _, p := range r.going() {
		if !p.built {
			ps = append(ps, p)
		}
	}
	if len(ps) == 0 {
		return false, nil
	}
	rep, err := r.config.Builder.Build(ctx, envbuild.Request{
		Contents: contents(ps), Prefer: r.req.Prefer, Skip: r.req.SkipRuntimes, OnEvent: r.relay(ps),
	})
	if rep != nil {
		r.addBuild(rep)
		r.noteWarnings(ps, rep.Warnings)
		failed = r.noteBuild(ps, rep)
	}
	return failed, requestError(err)
}

func (r *run) noteBuild(ps []*packState, rep *envbuild.Report) (failed bool) {
	at := byDir(ps)
	r.failAll(ps, rep.Failed)
	for _, b := range rep.Built {
		if p := at[b.Path]; p != nil {
			p.result.Environments, p.built = b.Environments, true
		}
	}
	for _, p := range ps {
		if !p.built {
			failed = true
			r.fail(p, pack.StageEnvironments, errNoOutcome)
		}
	}
	return failed
}

func (r *run) addBuild(rep *envbuild.Report) {
	if r.report.Environments == nil {
		r.report.Environments = &envbuild.Report{
			Built: []envbuild.BuiltPack{}, Failed: []pack.Failure{}, Warnings: []pack.Warning{},
			Summary: envbuild.Summary{Built: map[pack.RuntimeName]int{}},
		}
	}
	all := r.report.Environments
	all.Built = append(all.Built, rep.Built...)
	all.Failed = append(all.Failed, rep.Failed...)
	all.Warnings = append(all.Warnings, rep.Warnings...)
	all.Summary.Total += rep.Summary.Total
	all.Summary.Succeeded += rep.Summary.Succeeded
	all.Summary.Failed += rep.Summary.Failed
	for name, n := range rep.Summary.Built {
		all.Summary.Built[name] += n
	}
	all.Summary.Duration += rep.Summary.Duration
}

// register tests, registers and activates the packs that came this far.
func (r *run) register(ctx context.Context) error {
	ps := r.going()
	if len(ps) == 0 || r.req.AllOrNothing && len(r.failures()) > 0 {
		return nil
	}
	req := registry.Request{
		Contents: contents(ps), Replace: cmp.Or(r.req.Replace, registry.ReplaceUpgrade), AllowBreak: r.req.AllowBreak, AllOrNothing: r.req.AllOrNothing,
		SkipValidation: r.req.SkipValidation, SkipTests: r.req.SkipTests, IgnoreTests: r.req.IgnoreTests, OnEvent: r.relay(ps),
	}
	rep, err := r.config.Registrar.Register(ctx, req)
	if rep != nil {
		r.report.Registration = rep
		r.noteWarnings(ps, rep.Warnings)
		r.noteRegistration(ps, rep)
	}
	return requestError(err)
}

func (r *run) noteRegistration(ps []*packState, rep *registry.Report) {
	at := byDir(ps)
	r.failAll(ps, rep.Failed)
	for _, registered := range rep.Registered {
		if p := at[registered.Path]; p != nil {
			p.register(registered)
		}
	}
	for _, p := range ps {
		if p.Status == "" {
			r.fail(p, pack.StageRegistration, errNoOutcome)
		}
	}
}

func (p *packState) register(registered registry.RegisteredPack) {
	p.Stage = pack.StageRegistration
	p.result.Path, p.result.Generation, p.result.Tests = registered.StoragePath, registered.Generation, registered.Tests
	switch {
	case registered.Unchanged:
		p.Status = pack.StatusUnchanged
	case p.result.Previous == nil:
		p.Status = pack.StatusInstalled
	case registered.Version.Compare(*p.result.Previous) > 0:
		p.Status = pack.StatusUpgraded
	default:
		p.Status = pack.StatusReplaced
	}
}
