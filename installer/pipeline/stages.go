package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/registry"
)

// errNoOutcome is the failure of a pack that a stage did not report on.
var errNoOutcome = errors.New("the stage reported nothing about it")

// downloadPlaces downloads the packs that the request names by their places: only their
// content says which packs they are.
func (r *run) downloadPlaces(ctx context.Context) error {
	var ps []*packState
	for _, p := range r.packs {
		if p.want == nil {
			ps = append(ps, p)
		}
	}
	if err := r.download(ctx, ps); err != nil {
		return err
	}
	for _, p := range ps {
		if p.Err == nil {
			r.learn(ctx, p)
		}
	}
	r.failTwice()
	for _, p := range ps {
		r.checkReplaced(p)
	}
	return nil
}

// checkReplaced fails a pack that was chosen or received, and that may not replace what is
// installed. Other content of the same version is known as such once it was received.
func (r *run) checkReplaced(p *packState) {
	i := slices.IndexFunc(r.known, func(k pack.InstalledPack) bool { return k.Ref == p.ID.Ref })
	if i < 0 || p.Err != nil {
		return
	}
	k := &r.known[i]
	switch {
	case p.content == nil && p.ID.Version == k.Version:
		return
	case p.content != nil && (k.TreeDigest == "" || p.content.TreeDigest == "" || p.content.TreeDigest == k.TreeDigest):
		return
	}
	if err := cmp.Or(r.req.Replace, registry.ReplaceUpgrade).Check(k.Version, p.ID); err != nil {
		r.fail(p, pack.StageRegistration, err)
	}
}

// failTwice fails packs that the request names twice.
func (r *run) failTwice() {
	first := map[pack.Ref]*packState{}
	for _, p := range r.packs {
		ref := p.ID.Ref
		if p.want != nil {
			ref = p.want.Ref
		}
		switch {
		case p.Err != nil:
		case first[ref] != nil:
			p.Stage = pack.StageDownload
			p.Err = pack.Errorf(pack.CodeConflict, "pack %s already comes from %q in this request; name it once", ref, first[ref].Spec)
			p.ID.Ref, p.result.Previous = ref, r.previous(ref)
		default:
			first[ref] = p
		}
	}
}

// download downloads ps, each call into a directory of its own. It may be called
// concurrently.
func (r *run) download(ctx context.Context, ps []*packState) error {
	if len(ps) == 0 {
		return nil
	}
	req := installer.DownloadRequest{
		Dest: r.nextDir(), Rev: r.req.Rev, Index: r.req.Index, Timeout: r.req.Timeout,
		Known: r.known, Pins: map[string][]pack.Pin{},
	}
	names := map[string]*packState{}
	for _, p := range ps {
		spec := r.specOf(p)
		req.Specs, names[spec] = append(req.Specs, spec), p
		if p.choice != nil {
			req.Pins[spec] = p.choice.Pins
		}
	}
	req.OnEvent = r.relayTo(func(spec string) *packState { return names[spec] })
	rep, err := r.config.Installer.Download(ctx, req)
	r.mu.Lock()
	defer r.mu.Unlock()
	if rep != nil {
		r.addDownload(rep)
		err = cmp.Or(r.noteDownload(ps, rep), err)
	}
	return requestError(err)
}

// nextDir returns where the next download goes.
func (r *run) nextDir() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.downloads++; r.downloads == 1 {
		return r.staging
	}
	return filepath.Join(r.staging, strconv.Itoa(r.downloads))
}

// specOf returns the spec by which p is downloaded: the text of the request for a place,
// and the chosen version for a pack of an index.
func (r *run) specOf(p *packState) string {
	if p.choice == nil {
		return r.req.Specs[p.At]
	}
	return p.choice.ID.String()
}

func (r *run) noteDownload(ps []*packState, rep *installer.DownloadReport) error {
	for i := range rep.Downloaded {
		d := &rep.Downloaded[i]
		if d.Item < 0 || d.Item >= len(ps) || d.Content == nil {
			return fmt.Errorf("download packs: report on item %d of %d", d.Item, len(ps))
		}
		r.receive(ps[d.Item], d)
	}
	for i := range rep.Failed {
		f := &rep.Failed[i]
		if f.Item < 0 || f.Item >= len(ps) {
			return fmt.Errorf("download packs: report on item %d of %d", f.Item, len(ps))
		}
		p := ps[f.Item]
		if p.choice == nil {
			p.Spec = f.Spec
		}
		if p.ID.Ref = cmp.Or(p.ID.Ref, f.Ref); p.choice == nil {
			// Another version of the pack may still be added.
			p.Stage, p.Err = pack.StageDownload, cause(f)
		} else {
			r.fail(p, pack.StageDownload, cause(f))
		}
		p.result.Previous = r.previous(p.ID.Ref)
	}
	for _, p := range ps {
		if !p.going() {
			r.fail(p, pack.StageDownload, errNoOutcome)
		}
	}
	return nil
}

// receive notes the content of a pack.
func (r *run) receive(p *packState, d *installer.DownloadedPack) {
	if p.choice == nil {
		p.Spec, p.ID = d.Spec, d.Content.ID
	} else if id := d.Content.ID; id.Ref != "" && id != p.choice.ID {
		r.fail(p, pack.StageDownload, pack.Errorf(pack.CodeInvalidVersion, "%s was delivered, want %s", id, p.choice.ID))
		return
	}
	p.content, p.manifest, p.result.Previous = d.Content, d.Manifest, r.previous(p.ID.Ref)
	p.content.Staged = !d.Unchanged
	if i := slices.IndexFunc(r.known, func(k pack.InstalledPack) bool { return k.ID == p.ID }); d.Unchanged && p.manifest == nil && i >= 0 {
		k := &r.known[i]
		p.manifest = &pack.Manifest{Ref: k.Ref, Version: k.Version, Dependencies: k.Dependencies, PlatformVersion: k.Platform}
	}
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

// build builds the environments of the packs that have none yet, and reports
// whether one failed.
func (r *run) build(ctx context.Context) (failed bool, err error) {
	if r.req.SkipEnvironments {
		return false, nil
	}
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
		Contents: contents(ps), Prefer: r.req.Prefer, Skip: r.req.SkipRuntimes, Rebuild: r.req.RefreshEnvironments, Timeout: r.req.BuildTimeout, OnEvent: r.relay(ps),
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
		Contents: contents(ps), Replace: cmp.Or(r.req.Replace, registry.ReplaceUpgrade), AllowBreak: r.mayBreak(), AllOrNothing: r.req.AllOrNothing,
		SkipValidation: r.req.SkipValidation, SkipTests: r.req.SkipTests, Retest: r.req.Retest, IgnoreTests: r.req.IgnoreTests, OnEvent: r.relay(ps),
		Expect: r.expect,
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
