package pipeline

import (
	"context"
	"fmt"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/internal/batch"
	"github.com/packtrain/pack/registry"
)

// checkRefresh refuses requests that cannot build environments again.
func (r *run) checkRefresh() error {
	switch {
	case !r.req.RefreshEnvironments:
		return nil
	case r.planning:
		return pack.Errorf(pack.CodeInvalidRequest, "a plan builds no environments again: install the packs without one")
	case r.req.SkipEnvironments:
		return pack.Errorf(pack.CodeInvalidRequest, "environments are to be built again and to be skipped: choose one")
	case r.config.Catalog == nil:
		return pack.Errorf(pack.CodeInvalidRequest, "this host has no catalog of the installed packs, so those that use an environment are not known")
	}
	return nil
}

// A buildOf is what the builds of an environment have in common.
type buildOf struct {
	runtime pack.RuntimeName
	key     string
}

// refresh gives the environments that were built again to all installed packs that use
// other builds of them.
func (r *run) refresh(ctx context.Context) error {
	if !r.req.RefreshEnvironments || len(r.failures()) > 0 {
		return nil
	}
	requested := len(r.packs)
	if err := r.addUsers(ctx, r.latest()); err != nil {
		return err
	}
	for _, p := range r.packs[requested:] {
		if err := r.renew(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// renew finds the environments of an installed pack, of the versions that it has now.
func (r *run) renew(ctx context.Context, p *packState) error {
	ps := []*packState{p}
	rep, err := r.config.Builder.Build(ctx, envbuild.Request{
		Contents: contents(ps), Prefer: r.req.Prefer, Suggest: p.result.Environments.Versions(), Skip: r.req.SkipRuntimes,
		Timeout: r.req.BuildTimeout, OnEvent: r.relay(ps),
	})
	if rep != nil {
		r.addBuild(rep)
		r.noteWarnings(ps, rep.Warnings)
		r.noteBuild(ps, rep)
	}
	return requestError(err)
}

// latest returns the instance of each environment that was built.
func (r *run) latest() map[buildOf]string {
	latest := map[buildOf]string{}
	if r.report.Environments != nil {
		for _, b := range r.report.Environments.Built {
			for _, e := range b.Environments {
				latest[buildOf{e.Runtime, e.Key}] = e.Instance
			}
		}
	}
	return latest
}

// addUsers adds the installed packs that use other builds of environments than the latest.
func (r *run) addUsers(ctx context.Context, latest map[buildOf]string) error {
	installed, err := r.config.Catalog.List(ctx)
	if err != nil && len(registry.DamagedRefs(err)) == 0 {
		return fmt.Errorf("look up the packs that use environments: %w", err)
	}
	if r.expect == nil {
		r.expect = map[pack.Ref]string{}
	}
	for i := range installed {
		p := &installed[i]
		if r.find(p.Ref) == nil && outdated(p.Active.Environments, latest) {
			r.addUser(ctx, p)
		}
	}
	return nil
}

// addUser adds an installed pack as it is: if another operation changes it meanwhile, it
// fails.
func (r *run) addUser(ctx context.Context, installed *registry.ActivePack) {
	active := &installed.Active
	i := slices.IndexFunc(r.known, func(k pack.InstalledPack) bool { return k.Ref == installed.Ref && k.TreeDigest == active.TreeDigest })
	if i < 0 || installed.NeedsRepair != "" {
		r.Warn(ctx, &batch.Item{Stage: pack.StageEnvironments}, "pack %s keeps its environments: it was changed meanwhile, or needs repair", installed.Ref)
		return
	}
	k := &r.known[i]
	p := &packState{
		Item:    batch.Item{At: len(r.req.Specs) + len(r.packs), Spec: k.ID.String(), ID: k.ID, Stage: pack.StageEnvironments},
		content: &pack.Content{Dir: k.Path, ID: k.ID, Pin: k.Pin, TreeDigest: k.TreeDigest, DirectoryChecksum: k.DirectoryChecksum},
		result:  Outcome{Previous: r.previous(k.Ref), Added: true, RequiredBy: []pack.Ref{}, Environments: pinned(active.Environments)},
	}
	p.followed = pack.Followed(k.Dependencies)
	r.packs, r.expect[k.Ref] = append(r.packs, p), active.Name
}

// outdated reports whether one of envs is another build than the latest.
func outdated(envs []pack.Environment, latest map[buildOf]string) bool {
	return slices.ContainsFunc(envs, func(e pack.Environment) bool {
		instance := latest[buildOf{e.Runtime, e.Key}]
		return instance != "" && instance != e.Instance
	})
}

func pinned(envs []pack.Environment) (es envbuild.Environments) {
	for _, e := range envs {
		es = append(es, envbuild.Environment{Environment: e, Ready: true, PackageCount: len(e.Distributions), Reused: true})
	}
	return es
}
