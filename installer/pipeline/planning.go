package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/registry"
)

const planningPacks = "plan an installation"

// Plan says what installing req would change, rolling back req.RollBack, and removing
// req.Remove; specs may be missing then. It downloads what it needs to know that, into the cache if
// there is one, and changes nothing that is installed.
//
// A pack that cannot be installed is a conflict of the plan; the steps are those of the
// others. An error means that the request itself failed, or was cancelled.
func (p *Pipeline) Plan(ctx context.Context, req Request) (*Plan, error) {
	if len(req.Specs)+len(req.RollBack)+len(req.Remove) == 0 {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "%s: name at least one pack", planningPacks)
	}
	if p.config.Catalog == nil {
		return nil, pack.Errorf(pack.CodeInvalidRequest, "%s: this host has no catalog of the installed packs", planningPacks)
	}
	if p.config.Cache != nil {
		ctx = p.config.Cache.Keep(ctx)
	}
	r := p.newRun(req)
	r.planning, r.planned = true, map[pack.Ref][]pack.EnvironmentPlan{}
	if err := r.checkRefresh(); err != nil {
		return nil, fmt.Errorf("%s: %w", planningPacks, err)
	}
	plan, err := r.plan(ctx)
	rep := r.finish(context.WithoutCancel(ctx))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", planningPacks, err)
	}
	for _, w := range rep.Warnings {
		plan.Warnings = append(plan.Warnings, PlanProblem{Code: pack.Code(w.Code), Ref: w.Ref, Message: w.Message})
	}
	for i := range rep.Failed {
		f := &rep.Failed[i]
		plan.Conflicts = append(plan.Conflicts, PlanProblem{Code: f.Code, Ref: f.Ref, Message: redact(f.Spec + ": " + f.Message)})
	}
	if plan.ID, err = plan.digest(); err != nil {
		return nil, fmt.Errorf("%s: %w", planningPacks, err)
	}
	return plan, nil
}

func (r *run) plan(ctx context.Context) (*Plan, error) {
	r.begin()
	r.leaving = slices.Clone(r.req.Remove)
	for _, b := range r.req.RollBack {
		r.leaving = append(r.leaving, b.Ref)
	}
	var err error
	if r.before, err = r.facts(ctx); err != nil { // what changes from now on makes the plan stale
		return nil, err
	}
	if err := r.lookUp(ctx); err != nil {
		return nil, err
	}
	var plan *Plan
	stages := []func(context.Context) error{func(ctx context.Context) (err error) {
		plan, err = r.describe(ctx)
		return err
	}}
	if len(r.packs) > 0 {
		stages = append([]func(context.Context) error{r.downloadPlaces, r.settle}, stages...)
	}
	err = r.stages(ctx, stages...)
	if ctx.Err() != nil {
		return nil, cmp.Or(err, context.Cause(ctx))
	}
	return plan, err
}

// environments builds the environments, or plans them.
func (r *run) environments(ctx context.Context) (failed bool, err error) {
	if !r.planning {
		return r.build(ctx)
	}
	planner, ok := r.config.Builder.(envbuild.Planner)
	if !ok || r.req.SkipEnvironments {
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
	plans, err := planner.PlanEnvironments(ctx, envbuild.Request{
		Contents: contents(ps), Prefer: r.req.Prefer, Skip: r.req.SkipRuntimes, Timeout: r.req.BuildTimeout, OnEvent: r.relay(ps),
	})
	if bad, ok := errors.AsType[*pack.BatchError](err); ok {
		r.failAll(ps, bad.Failures)
		failed, err = true, nil
	}
	for _, p := range ps {
		p.built = true
		delete(r.planned, p.ID.Ref)
	}
	for _, e := range plans {
		r.planned[e.Ref] = append(r.planned[e.Ref], e)
	}
	return failed, err
}

// describe makes the plan of what was chosen and received.
func (r *run) describe(ctx context.Context) (*Plan, error) {
	f := r.before
	plan := &Plan{
		Format: PlanFormat, Platform: platform(), Options: optionsOf(r.req), Reads: []PlanRead{}, Wants: []PlanWant{}, Steps: []PlanStep{},
		Sets: [][]pack.Ref{}, Dependents: []PlanDependent{}, Conflicts: []PlanProblem{}, Warnings: []PlanProblem{},
	}
	for _, p := range r.packs {
		if !p.result.Added {
			plan.Wants = append(plan.Wants, PlanWant{Spec: redact(p.Spec), Ref: p.ID.Ref})
		}
		if p.going() && slices.Contains(f.damaged, p.ID.Ref) {
			plan.conflict(pack.CodeStoreCorrupt, p.ID.Ref, damagedRecord)
		} else if p.going() {
			p.Status = pack.StatusDone
			step, err := r.step(ctx, f, p)
			if err != nil {
				return nil, err
			}
			plan.Steps = append(plan.Steps, step)
		}
	}
	if err := r.leavings(ctx, f, plan); err != nil {
		return nil, err
	}
	slices.SortFunc(plan.Steps, func(a, b PlanStep) int { return cmp.Compare(a.Ref, b.Ref) })
	return plan, f.complete(ctx, r, plan)
}

func platform() string { return runtime.GOOS + "/" + runtime.GOARCH }

func optionsOf(q Request) PlanOptions {
	prefer := map[pack.RuntimeName]string{}
	maps.Copy(prefer, q.Prefer)
	return PlanOptions{
		Prefer: prefer, SkipRuntimes: append([]pack.RuntimeName{}, q.SkipRuntimes...), SkipEnvironments: q.SkipEnvironments,
		Replace: cmp.Or(q.Replace, registry.ReplaceUpgrade), AllowBreak: append([]pack.Ref{}, q.AllowBreak...), SkipValidation: q.SkipValidation, SkipTests: q.SkipTests, Retest: q.Retest, IgnoreTests: q.IgnoreTests, AllOrNothing: q.AllOrNothing,
	}
}

// redact leaves the queries of URLs out of a text.
func redact(text string) string {
	words := strings.Split(text, " ")
	for i, w := range words {
		if at := strings.Index(w, "://"); at >= 0 {
			if q := strings.IndexByte(w[at:], '?'); q >= 0 {
				words[i] = w[:at+q]
			}
		}
	}
	return strings.Join(words, " ")
}

// step describes what happens to a pack that was received.
func (r *run) step(ctx context.Context, f *facts, p *packState) (PlanStep, error) {
	pin := p.content.Pin.WithoutQuery()
	s := PlanStep{
		Ref: p.ID.Ref, Why: r.why(p), Followed: followedOf(p.followed), Environments: environmentsOf(r.planned[p.ID.Ref]),
		To: &PlanState{
			Version: p.ID.Version, Tree: p.content.TreeDigest, Directory: p.content.DirectoryChecksum, Pin: pin,
			QueryLeftOut: pin.Location != p.content.Pin.Location,
		},
		Components: PlanComponents{Added: []PlanComponent{}, Removed: []PlanComponent{}, Changed: []PlanComponent{}},
	}
	s.Fetch.Cached = !p.content.Staged
	if r.config.Cache != nil && p.content.Staged {
		_, s.Fetch.Cached = r.config.Cache.Has(pin.TreeDigest)
	}
	if pin.Size > 0 {
		s.Fetch.Bytes = &pin.Size
	}
	var after side
	if p.content.Pack != nil {
		after = side{p.content.Pack.Components, p.content.FS}
	}
	if after.files == nil {
		after.files = os.DirFS(p.content.Dir)
	}
	if before, installed := f.active[s.Ref]; installed {
		s.From = stateOf(&before.Active)
		var m *pack.Manifest
		if p.content.Pack != nil {
			m = &p.content.Pack.Manifest
		}
		if err := r.judgeConfig(ctx, f, &s, m); err != nil {
			return s, err
		}
	}
	if s.Action = action(s.From, s.To); s.Action == PlanKeep {
		return s, nil
	}
	return s, f.compare(ctx, &s, after)
}

func followedOf(needs []pack.Dependency) []PlanFollowed {
	list := []PlanFollowed{}
	for _, d := range needs {
		list = append(list, PlanFollowed{URL: d.URL, Ref: d.Ref})
	}
	return list
}

// judgeConfig says whether the values that users set fit the version that will be, as far as
// its manifest is known.
func (r *run) judgeConfig(ctx context.Context, f *facts, s *PlanStep, m *pack.Manifest) error {
	if r.config.Configurer == nil {
		return nil
	}
	c, err := r.config.Configurer.Config(ctx, s.Ref)
	if err != nil {
		return err
	}
	if c.Revision == registry.NoConfiguration {
		return nil
	}
	s.Config = "kept"
	if m == nil {
		return nil
	}
	problems, err := r.config.Configurer.ConfigProblems(ctx, m)
	if err != nil {
		return err
	}
	for _, problem := range problems {
		s.Config = "invalid"
		f.warnings = append(f.warnings, PlanProblem{Ref: s.Ref, Message: "its configuration will not fit: " + problem})
	}
	return nil
}

func stateOf(g *registry.Generation) *PlanState {
	return &PlanState{Version: g.Version, Generation: g.Name, Tree: g.TreeDigest, Directory: g.DirectoryChecksum, Pin: g.Pin.WithoutQuery()}
}

func action(from, to *PlanState) PlanAction {
	switch {
	case from == nil:
		return PlanInstall
	case to == nil:
		return PlanRemove
	case from.Tree == to.Tree && from.Version == to.Version:
		return PlanKeep
	}
	switch c := to.Version.Compare(from.Version); {
	case c > 0:
		return PlanUpgrade
	case c < 0:
		return PlanDowngrade
	}
	return PlanRepin
}

func environmentsOf(plans []pack.EnvironmentPlan) []PlanEnvironment {
	envs := []PlanEnvironment{}
	for _, e := range plans {
		env := PlanEnvironment{Runtime: e.Runtime, Key: e.Key, Version: e.Version, Reuse: e.Instance != "", Distributions: distributionsOf(e.Distributions)}
		envs = append(envs, env)
	}
	return envs
}

func distributionsOf(ds []pack.Distribution) []pack.Distribution {
	list := []pack.Distribution{}
	for _, d := range ds {
		d.Digests = append([]pack.Digest{}, d.Digests...)
		list = append(list, d)
	}
	return list
}

// why lists who asked for a pack.
func (r *run) why(p *packState) []PlanReason {
	why := []PlanReason{}
	if !p.result.Added {
		reason := PlanReason{}
		if p.want != nil {
			reason.Constraint = p.want.Constraint
		}
		why = append(why, reason)
	}
	for _, o := range r.going() {
		for _, d := range needsIn(o) {
			if d.Ref == p.ID.Ref && o != p {
				why = append(why, PlanReason{By: o.ID.String(), Constraint: d.Constraint})
			}
		}
	}
	return why
}

// needsIn returns what a received pack needs.
func needsIn(p *packState) []pack.Dependency {
	switch {
	case p.content != nil && p.content.Pack != nil:
		return slices.Concat(p.content.Pack.Manifest.Dependencies, p.followed)
	case p.manifest != nil:
		return slices.Concat(p.manifest.Dependencies, p.followed)
	}
	return nil
}
