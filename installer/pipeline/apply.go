package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/internal/batch"
)

const applying = "apply plan"

// Apply does exactly what a plan says, or refuses: a [*PlanError] if it was edited or is
// for another platform, a [*ConflictsError] if it has conflicts, a [*StaleError] if what
// it read has changed since, a [*GoneError] if content is neither in the cache nor can be
// fetched. Content is taken from the cache by its tree digest, or else fetched by its pin
// and compared. Nothing is chosen.
//
// Nothing changes unless all content and all environments are there, as the plan says.
// Then packs are registered as [Pipeline.Install] does: a set whose tests fail, or of which
// another operation has changed a pack in the meantime, stays as
// it was, and is in the report and in a [*pack.BatchError]. Packs are rolled back and
// removed last.
// observe may be nil.
func (p *Pipeline) Apply(ctx context.Context, plan *Plan, observe pack.EventFunc) (*Report, error) {
	rep, err := p.apply(ctx, plan, observe)
	if err != nil {
		return rep, fmt.Errorf("%s: %w", applying, err)
	}
	return rep, batch.Err(ctx, applying, rep.Failed)
}

func (p *Pipeline) apply(ctx context.Context, plan *Plan, observe pack.EventFunc) (*Report, error) {
	if p.config.Catalog == nil {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "this host has no catalog of the installed packs")
	}
	if err := plan.Check(); err != nil {
		return nil, err
	}
	if plan.Platform != platform() {
		return nil, planError("it is for %.40q, and this is %q", plan.Platform, platform())
	}
	if len(plan.Conflicts) > 0 {
		return nil, &ConflictsError{Conflicts: plan.Conflicts}
	}
	r := p.newRun(plan.Options.request(observe))
	if err := r.lookUp(ctx); err != nil {
		return nil, err
	}
	if err := r.isFresh(ctx, plan); err != nil {
		return nil, err
	}
	r.follow(plan)
	err := r.stages(ctx, r.checkKept(plan), r.fetchPlanned(plan), r.analysePlanned(plan), r.buildPlanned(plan), r.registerPlanned(plan), r.rollBackPlanned(plan), r.removePlanned(plan))
	if errors.Is(err, errStopped) {
		err = nil
	}
	return r.finish(context.WithoutCancel(ctx)), err
}

// errStopped ends a plan at a failure, which is in the report.
var errStopped = errors.New("stopped at a failure")

// stopAtFailure stops before anything is changed.
func (r *run) stopAtFailure() error {
	if len(r.failures()) > 0 {
		return errStopped
	}
	return nil
}

// request returns the request that o came from, without packs.
func (o PlanOptions) request(observe pack.EventFunc) Request {
	return Request{
		Prefer: o.Prefer, SkipRuntimes: o.SkipRuntimes, SkipEnvironments: o.SkipEnvironments, Replace: o.Replace, AllowBreak: o.AllowBreak,
		SkipValidation: o.SkipValidation, SkipTests: o.SkipTests, Retest: o.Retest, IgnoreTests: o.IgnoreTests, AllOrNothing: o.AllOrNothing, OnEvent: observe,
	}
}

// isFresh returns a [*StaleError] if what the plan read has changed.
func (r *run) isFresh(ctx context.Context, plan *Plan) error {
	f, err := r.facts(ctx)
	if err != nil {
		return err
	}
	r.before = f
	if changed := f.stale(plan); len(changed) > 0 {
		return &StaleError{Changed: changed}
	}
	return nil
}

// follow makes the packs of the plan those of the request.
func (r *run) follow(plan *Plan) {
	r.expect, r.leaving = map[pack.Ref]string{}, plan.leaving()
	for _, read := range plan.Reads {
		r.expect[read.Ref] = read.Generation
	}
	for i := range plan.Steps {
		s := &plan.Steps[i]
		if s.leaves() {
			continue
		}
		id := pack.ID{Ref: s.Ref, Version: s.To.Version}
		p := &packState{
			Item:   batch.Item{At: len(r.packs), Spec: id.String(), ID: id, Stage: pack.StageDownload},
			choice: &deps.Choice{Candidate: pack.Candidate{ID: id, Pins: []pack.Pin{s.To.Pin}}},
			result: Outcome{Previous: r.previous(s.Ref), RequiredBy: []pack.Ref{}, Environments: envbuild.Environments{}},
		}
		for _, f := range s.Followed {
			p.followed = append(p.followed, pack.Dependency{Ref: f.Ref, URL: f.URL})
		}
		p.result.Added = !slices.ContainsFunc(plan.Wants, func(w PlanWant) bool { return w.Ref == s.Ref })
		if i := slices.IndexFunc(r.known, func(k pack.InstalledPack) bool { return k.Ref == s.Ref }); i >= 0 && s.Action == PlanKeep {
			k := &r.known[i]
			p.content = &pack.Content{Dir: k.Path, ID: k.ID, Pin: k.Pin, TreeDigest: k.TreeDigest, DirectoryChecksum: k.DirectoryChecksum, Followed: pack.Followed(k.Dependencies)}
		}
		r.packs = append(r.packs, p)
	}
}

// fetchPlanned brings the content of the plan into staging, and compares it.
func (r *run) fetchPlanned(plan *Plan) func(context.Context) error {
	return func(ctx context.Context) error {
		var ps []*packState
		for _, p := range r.packs {
			if p.content == nil {
				ps = append(ps, p)
			}
		}
		if err := r.download(ctx, ps); err != nil {
			return err
		}
		for _, p := range r.packs {
			r.checkFetched(plan, p)
		}
		return r.stopAtFailure()
	}
}

func (r *run) checkFetched(plan *Plan, p *packState) {
	s := plan.step(p.choice.Ref)
	if p.Err != nil && s.To.QueryLeftOut {
		gone := &GoneError{Ref: s.Ref, Err: p.Err}
		for _, w := range plan.Wants {
			if w.Ref == s.Ref {
				gone.Spec = w.Spec
			}
		}
		p.Err = gone
	}
	if p.Err == nil && s.To.Tree != p.content.TreeDigest {
		r.fail(p, pack.StageDownload, s.To.Tree.VerifyTree(p.content.TreeDigest))
	}
}

// analysePlanned loads the packs, checks what they need, and compares the sets that they
// form with those of the plan.
func (r *run) analysePlanned(plan *Plan) func(context.Context) error {
	return func(ctx context.Context) error {
		if _, err := r.analyse(ctx); err != nil {
			return err
		}
		if err := r.stopAtFailure(); err != nil {
			return err
		}
		needs := map[pack.Ref][]pack.Dependency{}
		for _, p := range r.going() {
			needs[p.ID.Ref] = needsIn(p)
		}
		if sets := r.before.setsOf(plan, needs); !slices.EqualFunc(sets, plan.Sets, slices.Equal[[]pack.Ref]) {
			return planError("it says that %v change together, and its packs have to as %v; make a new one", plan.Sets, sets)
		}
		return nil
	}
}

// buildPlanned builds the environments, and compares them with those of the plan.
func (r *run) buildPlanned(plan *Plan) func(context.Context) error {
	return func(ctx context.Context) error {
		if _, err := r.build(ctx); err != nil {
			return err
		}
		for _, p := range r.going() {
			if err := p.checkEnvironments(plan.step(p.ID.Ref)); err != nil {
				r.fail(p, pack.StageEnvironments, err)
			}
		}
		return r.stopAtFailure()
	}
}

// checkEnvironments compares the environments of a pack with those of the plan, as far
// as the plan knows them.
func (p *packState) checkEnvironments(s *PlanStep) error {
	for _, want := range s.Environments {
		got := p.result.Environments.Of(want.Runtime)
		switch {
		case got == nil || got.Key != want.Key:
			return pack.Errorf(pack.CodeConflict, "its %s environment is made from something else than when the plan was made: an interpreter, a tool or a setting has changed; make a new plan", want.Runtime)
		case !sameDistributions(want.Distributions, got.Distributions):
			return pack.Errorf(pack.CodeConflict, "its %s environment has got other packages than the plan says: the index has changed; make a new plan", want.Runtime)
		}
	}
	return nil
}

func sameDistributions(a, b []pack.Distribution) bool {
	names := func(ds []pack.Distribution) (list []string) {
		for _, d := range ds {
			list = append(list, d.Name+" "+d.Version)
		}
		slices.Sort(list)
		return list
	}
	return slices.Equal(names(a), names(b))
}

// registerPlanned registers the packs, unless what the plan read has changed meanwhile.
func (r *run) registerPlanned(plan *Plan) func(context.Context) error {
	return func(ctx context.Context) error {
		if err := r.isFresh(ctx, plan); err != nil {
			return err
		}
		if err := r.register(ctx); err != nil {
			return err
		}
		return r.stopAtFailure()
	}
}
