package envbuild

import (
	"context"
	"fmt"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/internal/envstore"
	"github.com/packtrain/pack/internal/batch"
)

// A Planner says which environments packs get, before anything is built.
type Planner interface {
	// PlanEnvironments returns the environments of the packs of req, in input order, for
	// each pack in the order of [pack.RuntimeNeeds]. Of one that is ready, the packages are
	// those in it; with Rebuild, and of all others, those that the tool would install now,
	// with their digests. No code of packages runs for that, except that of packages that
	// the policy lets be built from source. Nothing is built or recorded, apart from the
	// tools' caches of downloads. Check is ignored. Packs that fail are in a
	// [*pack.BatchError] that comes with the plans of the others; any other error means
	// that the request itself failed, or was cancelled.
	PlanEnvironments(ctx context.Context, req Request) ([]pack.EnvironmentPlan, error)
}

var _ Planner = (*Builder)(nil)

const planning = "plan environments"

// PlanEnvironments implements [Planner].
func (b *Builder) PlanEnvironments(ctx context.Context, req Request) ([]pack.EnvironmentPlan, error) {
	req.Check = false
	s, err := b.newSession(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", planning, err)
	}
	s.planOnly = true
	batch.Each(s.items, b.config.Jobs, func(it *item) { s.pack(ctx, it) })
	plans := []pack.EnvironmentPlan{}
	for _, it := range s.items {
		if it.Err == nil {
			plans = append(plans, it.plans()...)
		}
	}
	return plans, batch.Err(ctx, planning, batch.Failures(s.items, func(it *item) *batch.Item { return &it.Item }))
}

func (it *item) plans() []pack.EnvironmentPlan {
	var plans []pack.EnvironmentPlan
	for _, e := range it.envs {
		p := pack.EnvironmentPlan{Ref: it.ID.Ref, Runtime: e.Runtime, Key: e.Key, Version: e.Version, Instance: e.Instance, Distributions: e.Distributions}
		plans = append(plans, p)
	}
	return plans
}

// resolve returns what the environment of a variant would be, in the form of its record.
func (s *session) resolve(ctx context.Context, it *item, runtime pack.RuntimeName, v variant) (Environment, *envstore.Record, error) {
	f, _ := s.sharedBuild(string(runtime) + "-" + v.key)
	f.once.Do(func() {
		defer batch.Rescue(&f.err) // for all who share it
		ctx, cancel := context.WithTimeoutCause(ctx, s.req.Timeout, pack.Errorf(pack.CodeTimeout, "not resolved within %v", s.req.Timeout))
		defer cancel()
		say := func(format string, args ...any) { s.progress(ctx, it, format, args...) }
		f.err = s.storeFor(say).Scratch(ctx, runtime, v.key, func(site envstore.Site) error {
			t := &tool{Builder: s.Builder, site: site, title: string(runtime) + "-" + v.key, program: v.recipe.program().Path, runtime: runtime, say: say}
			if err := t.prepare(); err != nil {
				return err
			}
			c, err := v.recipe.resolve(ctx, t)
			f.record = envstore.Record{Environment: describe(runtime, v.key, v.recipe, ""), SkippedScripts: c.skippedScripts}
			f.lockable, f.unlocked = c.lockable, c.unlocked
			f.record.Environment.Path, f.record.Environment.Distributions = "", c.distributions
			return err
		})
	})
	return newEnvironment(f.record.Environment, &f.record, false), &f.record, f.err
}

// resolve implements recipe.
func (v *virtualenv) resolve(ctx context.Context, t *tool) (c contents, err error) {
	switch {
	case v.driver == nil:
		return contents{distributions: []pack.Distribution{}}, nil
	case v.set != nil:
		return contents{distributions: v.set.described()}, nil
	}
	c.distributions, err = v.do(ctx, t, v.driver.resolve)
	c.lockable, c.unlocked = lockable(c.distributions)
	return c, err
}

// resolve implements recipe.
func (m *modules) resolve(ctx context.Context, t *tool) (c contents, err error) {
	driver := &npmTool{m}
	c.distributions, err = do(ctx, t, driver, func(ctx context.Context, t *tool) ([]pack.Distribution, error) {
		packages, err := driver.resolved(ctx, t)
		_, c.skippedScripts = m.installScripts(packages)
		if err == nil {
			c.lockable, c.unlocked, err = m.lockable(t.site.Dir)
		}
		return nodeDistributions(packages), err
	}, m.places)
	return c, err
}
