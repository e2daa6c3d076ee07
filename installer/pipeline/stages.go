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

// downloadRequested downloads what the request names.
func (r *run) downloadRequested(ctx context.Context) error {
	for _, spec := range r.req.Specs {
		r.packs = append(r.packs, &traveller{Outcome: Outcome{Spec: spec, RequiredBy: []pack.Ref{}}})
	}
	return r.download(ctx, r.packs)
}

// download downloads ts, which were not yet.
func (r *run) download(ctx context.Context, ts []*traveller) error {
	req := installer.DownloadRequest{
		Dest: r.staging, Rev: r.req.Rev, Index: r.req.Index, Timeout: r.req.Timeout,
		Known: r.known, OnEvent: r.relay(nil),
	}
	for _, t := range ts {
		req.Specs = append(req.Specs, t.Spec)
	}
	rep, err := r.config.Installer.Download(ctx, req)
	if err := requestError(err); err != nil {
		return err
	}
	r.addDownload(rep)
	return r.noteDownload(ts, rep)
}

func (r *run) noteDownload(ts []*traveller, rep *installer.DownloadReport) error {
	for _, d := range rep.Downloaded {
		if d.Item < 0 || d.Item >= len(ts) {
			return fmt.Errorf("download packs: report on item %d of %d", d.Item, len(ts))
		}
		t := ts[d.Item]
		t.Spec, t.Ref, t.Version, t.Previous = d.Spec, d.Ref, d.Version, r.previous(d.Ref)
		t.path, t.tree, t.pin = d.Path, d.Tree, d.Pin
	}
	for _, f := range rep.Failed {
		if f.Item < 0 || f.Item >= len(ts) {
			return fmt.Errorf("download packs: report on item %d of %d", f.Item, len(ts))
		}
		t := ts[f.Item]
		r.fail(t, pack.StageDownload, orText(f.Err, f.Message))
		// Only now: another version of the pack may still be added.
		t.Spec, t.Ref = f.Spec, cmp.Or(t.Ref, f.Ref)
		t.Previous = r.previous(t.Ref)
	}
	for _, t := range ts {
		if !t.going() {
			r.fail(t, pack.StageDownload, errNoOutcome)
		}
	}
	return nil
}

func (r *run) addDownload(rep *installer.DownloadReport) {
	if r.report.Download == nil {
		r.report.Download = &installer.DownloadReport{Downloaded: []installer.DownloadedPack{}, Failed: []installer.FailedDownload{}}
	}
	all := r.report.Download
	all.Downloaded = append(all.Downloaded, rep.Downloaded...)
	all.Failed = append(all.Failed, rep.Failed...)
	all.Total += rep.Total
	all.Succeeded += rep.Succeeded
	all.Failures += rep.Failures
}

// settle adds dependencies and builds environments. A pack whose environment
// fails takes its dependents along, so the dependencies are looked at again after
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

// errNoOutcome is the failure of a pack that a stage did not report on.
var errNoOutcome = errors.New("the stage reported nothing about it")

// build builds the environments of the packs that have none yet, and reports
// whether one failed.
func (r *run) build(ctx context.Context) (failed bool, err error) {
	var ts []*traveller
	for _, t := range r.going() {
		if !t.built {
			ts = append(ts, t)
		}
	}
	if len(ts) == 0 {
		return false, nil
	}
	rep, err := r.config.Builder.Build(ctx, envbuild.Request{
		Paths: paths(ts), Python: r.req.Python, Node: r.req.Node, OnEvent: r.relay(ts),
	})
	if err := requestError(err); err != nil {
		return false, err
	}
	r.addBuild(rep)
	return r.noteBuild(ts, rep), nil
}

func (r *run) noteBuild(ts []*traveller, rep *envbuild.Report) (failed bool) {
	at := byPath(ts)
	for _, f := range rep.Failed {
		if t := at[f.Path]; t != nil {
			r.fail(t, pack.StageEnvironments, orText(f.Err, f.Message))
		}
	}
	for _, b := range rep.Built {
		if t := at[b.Path]; t != nil {
			t.Environments, t.built = b.Environments, true
		}
	}
	for _, t := range ts {
		if !t.built {
			failed = true
			r.fail(t, pack.StageEnvironments, errNoOutcome)
		}
	}
	return failed
}

func (r *run) addBuild(rep *envbuild.Report) {
	if r.report.Environments == nil {
		r.report.Environments = &envbuild.Report{Built: []envbuild.BuiltPack{}, Failed: []envbuild.FailedPack{}}
	}
	all := r.report.Environments
	all.Built = append(all.Built, rep.Built...)
	all.Failed = append(all.Failed, rep.Failed...)
	all.Summary.Total += rep.Summary.Total
	all.Summary.Succeeded += rep.Summary.Succeeded
	all.Summary.Failed += rep.Summary.Failed
	all.Summary.PythonBuilt += rep.Summary.PythonBuilt
	all.Summary.NodeBuilt += rep.Summary.NodeBuilt
	all.Summary.TotalDurationMS += rep.Summary.TotalDurationMS
}

// register tests, registers and activates the packs that came this far.
func (r *run) register(ctx context.Context) error {
	ts := r.going()
	if len(ts) == 0 {
		return nil
	}
	req := registry.Request{
		Paths: paths(ts), Pins: map[string]pack.Pin{}, Trees: map[string]pack.Digest{},
		Replace: registry.ReplaceUpgrade, SkipTests: r.req.SkipTests, IgnoreTestFailures: r.req.Force, OnEvent: r.relay(ts),
	}
	if r.req.Force {
		req.Replace = registry.ReplaceAny
	}
	for _, t := range ts {
		req.Pins[t.path], req.Trees[t.path] = t.pin, t.tree
	}
	rep, err := r.config.Registrar.Register(ctx, req)
	if rep != nil {
		r.report.Registration = rep
		r.noteRegistration(ts, rep)
	}
	return requestError(err)
}

func (r *run) noteRegistration(ts []*traveller, rep *registry.Report) {
	at := byPath(ts)
	for _, f := range rep.Failed {
		if t := at[f.Path]; t != nil {
			r.fail(t, f.Stage, orText(f.Err, f.Message))
		}
	}
	for _, p := range rep.Registered {
		if t := at[p.Path]; t != nil {
			t.register(p)
		}
	}
	for _, t := range ts {
		if t.Status == "" {
			r.fail(t, pack.StageRegistration, errNoOutcome)
		}
	}
}

func (t *traveller) register(p registry.RegisteredPack) {
	t.Path, t.Generation, t.Tests = p.StoragePath, p.Generation, p.Tests
	switch {
	case p.Unchanged:
		t.Status = StatusUnchanged
	case t.Previous == nil:
		t.Status = StatusInstalled
	case p.Version.Compare(*t.Previous) > 0:
		t.Status = StatusUpgraded
	default:
		t.Status = StatusReplaced
	}
}
