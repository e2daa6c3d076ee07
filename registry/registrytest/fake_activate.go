package registrytest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
	"github.com/packtrain/pack/registry"
)

// A fakeSet is the packs of a request that become active together or not at all.
type fakeSet []*fakeItem

// activate checks and tests all packs that change, and activates the sets of which
// none failed.
func (r *fakeRequest) activate(ctx context.Context) {
	changing := slices.DeleteFunc(slices.Clone(r.items), func(it *fakeItem) bool { return it.Err == nil && it.unchanged })
	sets := batch.Sets(changing, func(it *fakeItem) []*fakeItem {
		joined := r.neighbours(ctx, it)
		if r.req.AllOrNothing {
			joined = append(joined, changing[0])
		}
		return joined
	})
	for _, s := range sets {
		r.each(ctx, s, func(it *fakeItem) {
			r.Run(ctx, &it.Item, pack.StageDependencies, func() error { return r.checkDependencies(ctx, s, it) })
		})
	}
	for _, s := range sets {
		r.each(ctx, s, func(it *fakeItem) { r.test(ctx, it) })
	}
	for _, s := range sets {
		if s[0].Err == nil { // a set fails as a whole
			r.register(ctx, s)
		}
	}
}

// neighbours returns the packs that change together with it: those that it needs, and
// those whose active version does not suit it.
func (r *fakeRequest) neighbours(ctx context.Context, it *fakeItem) (found []*fakeItem) {
	if it.pack == nil || r.byRef[it.ID.Ref] != it {
		return nil
	}
	for _, d := range it.pack.Manifest.Dependencies {
		if !r.req.SkipValidation {
			found = append(found, r.byRef[d.Ref])
		}
	}
	for _, d := range r.broken(ctx, it) {
		found = append(found, r.byRef[d.Ref])
	}
	return found
}

// each calls fn for each pack of s that has not failed. When one fails, so do the
// others.
func (r *fakeRequest) each(ctx context.Context, s fakeSet, fn func(*fakeItem)) {
	for _, it := range s {
		if it.Err == nil && s.culprit() == nil {
			fn(it)
		}
	}
	culprit := s.culprit()
	for _, it := range s {
		if culprit != nil && it.Err == nil {
			r.Run(context.WithoutCancel(ctx), &it.Item, pack.StageDependencies, func() error {
				return pack.Errorf(pack.CodeDependencyMissing, "not activated because pack %s, which has to change together with it, failed", culprit.ID.Ref)
			})
		}
	}
}

func (s fakeSet) culprit() *fakeItem {
	for _, it := range s {
		if it.Err != nil {
			return it
		}
	}
	return nil
}

// changes reports whether s has a pack with that ref.
func (s fakeSet) changes(ref pack.Ref) bool {
	return slices.ContainsFunc(s, func(it *fakeItem) bool { return it.ID.Ref == ref })
}

// accepts reports whether it does not depend on the pack, or accepts its version.
func (it *fakeItem) accepts(id pack.ID) bool {
	return !slices.ContainsFunc(it.pack.Manifest.Dependencies, func(d pack.Dependency) bool {
		return d.Ref == id.Ref && !d.Constraint.AllowsPresent(id.Version)
	})
}

// checkDependencies checks that it suits the platform, has what it needs, and suits
// the packs that need it.
func (r *fakeRequest) checkDependencies(ctx context.Context, s fakeSet, it *fakeItem) error {
	platform := pack.CheckPlatform(it.pack.Manifest.PlatformVersion, r.fake.PlatformVersion)
	if platform != nil && (r.req.SkipValidation || r.fake.PlatformVersion.IsZero()) {
		r.Warn(ctx, &it.Item, "%v", platform)
		platform = nil
	}
	if platform != nil {
		return platform
	}
	refused := &registry.DependentsError{Ref: it.ID.Ref, Version: it.ID.Version}
	for _, d := range r.broken(ctx, it) {
		member := r.byRef[d.Ref]
		if !s.changes(d.Ref) || r.req.SkipValidation && !member.accepts(it.ID) {
			refused.Dependents = append(refused.Dependents, d)
		}
	}
	if len(refused.Dependents) > 0 {
		return refused
	}
	if r.req.SkipValidation {
		return nil
	}
	for _, d := range it.pack.Manifest.Dependencies {
		if err := r.checkDependency(ctx, s, d); err != nil {
			return err
		}
	}
	return nil
}

func (r *fakeRequest) checkDependency(ctx context.Context, s fakeSet, d pack.Dependency) error {
	if need := r.byRef[d.Ref]; need != nil && s.changes(d.Ref) {
		if !d.Constraint.AllowsPresent(need.ID.Version) {
			return pack.Errorf(pack.CodeDependencyConflict, "pack %s is needed, version %s is in this request", d, need.ID.Version)
		}
		return nil
	}
	return r.fake.checkDependency(ctx, d)
}

// warnUnmet warns of the dependencies that are not met although their packs are active.
func (r *fakeRequest) warnUnmet(ctx context.Context) {
	for _, it := range r.items {
		if it.Err != nil {
			continue
		}
		for _, d := range r.fake.unmet(ctx, it.record) {
			r.Warn(ctx, &it.Item, "%v", r.fake.checkDependency(ctx, d))
		}
	}
}

// broken returns the installed packs that accept the active version of it, do not
// accept the new one, and are not allowed to break.
func (r *fakeRequest) broken(ctx context.Context, it *fakeItem) []registry.Dependent {
	dependents, _ := r.fake.records().Dependents(ctx, it.ID.Ref) // records in memory
	return slices.DeleteFunc(dependents, func(d registry.Dependent) bool {
		c := d.Dependency.Constraint
		allowed := slices.Contains(r.req.AllowBreak, d.Ref) || slices.Contains(r.req.AllowBreak, registry.AnyDependent)
		return allowed || it.record.Ref == "" || !c.AllowsPresent(it.record.Active.Version) || c.AllowsPresent(it.ID.Version)
	})
}

// test makes a broken pack fail.
func (r *fakeRequest) test(ctx context.Context, it *fakeItem) {
	broken := r.fake.Broken[it.ID.Ref]
	failing := errors.Is(broken, pack.ErrTests)
	r.noteTests(it, failing)
	switch {
	case broken == nil, failing && r.req.SkipTests:
		return
	case failing && r.req.IgnoreTests:
		r.Warn(ctx, &it.Item, "tests failed, the pack is registered nevertheless")
		return
	}
	stage := pack.StageRegistration
	if failing {
		stage = pack.StageTests
	}
	r.Run(ctx, &it.Item, batch.StageOf(broken, stage), func() error { return broken })
}

// noteTests makes the evidence of a pack that declares tests.
func (r *fakeRequest) noteTests(it *fakeItem, failing bool) {
	testing := it.pack.Manifest.Testing
	if testing == nil && !failing {
		return
	}
	it.tests = &registry.TestResult{
		Ref: it.ID.Ref, Version: it.ID.Version, TreeDigest: it.tree, Environments: []registry.TestEnvironment{}, Time: now(), Status: registry.TestsPassed,
		TestTotals: registry.TestTotals{Total: 1, Passed: 1}, PassRate: 1, Suites: []registry.TestSuite{},
	}
	switch {
	case r.req.SkipTests, testing != nil && !testing.Enabled:
		it.tests.Status, it.tests.TestTotals, it.tests.PassRate = registry.TestsSkipped, registry.TestTotals{}, 0
	case failing:
		it.tests.Status, it.tests.TestTotals, it.tests.PassRate = registry.TestsFailed, registry.TestTotals{Total: 1, Failed: 1}, 0
	}
}

// register makes the packs of s the active generations.
func (r *fakeRequest) register(ctx context.Context, s fakeSet) {
	err := context.Cause(ctx)
	for i, it := range s {
		r.Run(context.WithoutCancel(ctx), &it.Item, pack.StageRegistration, func() error {
			if i == 0 && err == nil {
				err = r.apply(ctx, s)
			}
			return err
		})
	}
}

func (r *fakeRequest) apply(ctx context.Context, s fakeSet) error {
	at := now()
	op := registry.Operation{}
	if err := r.expected(ctx, s); err != nil {
		return err
	}
	for _, it := range s {
		previous := it.record.Active.Name
		op.Activate = append(op.Activate, registry.Activation{
			Ref: it.ID.Ref, Previous: previous, Manifest: it.pack.Manifest, Components: it.pack.Components, Time: at,
			Generation: registry.Generation{
				Name: fmt.Sprintf("%06d", r.fake.operations+1), Previous: previous, Version: it.ID.Version, TreeDigest: it.tree, DirectoryChecksum: it.directory,
				Pin: it.content.Pin.WithoutQuery(), Environments: []pack.Environment{}, Tests: it.tests, Validation: it.validation,
				Components: count(it.pack), Created: at,
			},
		})
	}
	records, err := r.fake.apply(ctx, op)
	for i := range records {
		s[i].record = records[i]
	}
	return err
}

// expected checks that the generations are active that the request expects of the packs of s
// and of those that they need.
func (r *fakeRequest) expected(ctx context.Context, s fakeSet) error {
	for _, it := range s {
		refs := []pack.Ref{it.ID.Ref}
		for _, d := range it.pack.Manifest.Dependencies {
			refs = append(refs, d.Ref)
		}
		for _, ref := range refs {
			active, err := r.fake.records().Active(ctx, ref)
			if err != nil && !errors.Is(err, pack.ErrNotFound) {
				return err
			}
			if want, ok := r.req.Expect[ref]; ok && active != want {
				return pack.Errorf(pack.CodeConflict, "pack %s has active generation %q, not %q as expected", ref, active, want)
			}
		}
	}
	return nil
}

func count(p *pack.Pack) registry.ComponentCounts {
	n := p.Count()
	return registry.ComponentCounts{
		Actions: n[pack.KindAction], Sensors: n[pack.KindSensor], Triggers: n[pack.KindTrigger],
		Rules: n[pack.KindRule], Workflows: n[pack.KindWorkflow], Policies: n[pack.KindPolicy],
	}
}
