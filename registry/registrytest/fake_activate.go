package registrytest

import (
	"context"
	"errors"
	"fmt"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
	"github.com/packtrain/pack/registry"
)

// activate makes it active, after those of the request that it needs.
func (r *fakeRequest) activate(ctx context.Context, it *fakeItem) {
	if it.begun || it.Err != nil || it.unchanged {
		return
	}
	it.begun = true
	for _, d := range it.pack.Manifest.Dependencies {
		if need := r.byRef[d.Ref]; need != nil {
			r.activate(ctx, need)
		}
	}
	_ = r.Run(ctx, &it.Item, pack.StageDependencies, func() error { return r.checkDependencies(ctx, it) }) &&
		r.test(ctx, it) &&
		r.Run(ctx, &it.Item, pack.StageRegistration, func() error { return r.register(ctx, it) })
}

// checkDependencies checks that it suits the platform, has what it needs, and suits
// the packs that need it.
func (r *fakeRequest) checkDependencies(ctx context.Context, it *fakeItem) error {
	platform := pack.CheckPlatform(it.pack.Manifest.PlatformVersion, r.fake.PlatformVersion)
	if platform != nil && (r.req.SkipValidation || r.fake.PlatformVersion.IsZero()) {
		r.Warn(ctx, &it.Item, "%v", platform)
		platform = nil
	}
	if platform != nil || r.req.SkipValidation {
		return platform
	}
	for _, d := range it.pack.Manifest.Dependencies {
		if err := r.checkDependency(ctx, d); err != nil {
			return err
		}
	}
	return r.checkDependents(ctx, it)
}

func (r *fakeRequest) checkDependency(ctx context.Context, d pack.Dependency) error {
	for _, p := range r.fake.Provided {
		switch {
		case p.Ref == d.Ref && p.Satisfies(d.Constraint):
			return nil
		case p.Ref == d.Ref:
			return pack.Errorf(pack.CodeDependencyConflict, "pack %s is needed, the host provides version %s", d, p.Version)
		}
	}
	if need := r.byRef[d.Ref]; need != nil && need.Err != nil {
		return pack.Errorf(pack.CodeDependencyMissing, "pack %s is needed, which failed in this request", d.Ref)
	}
	rec, err := r.fake.records().Pack(ctx, d.Ref)
	switch {
	case errors.Is(err, pack.ErrNotFound):
		return pack.Errorf(pack.CodeDependencyMissing, "pack %s is needed and not installed", d)
	case err == nil && !d.Constraint.Allows(rec.Active.Version):
		return pack.Errorf(pack.CodeDependencyConflict, "pack %s is needed, version %s is installed", d, rec.Active.Version)
	}
	return err
}

// checkDependents checks that the installed packs that need it, and that the request
// leaves as they are, suit its version, if they suit the active one.
func (r *fakeRequest) checkDependents(ctx context.Context, it *fakeItem) error {
	records, err := r.fake.records().Packs(ctx)
	if err != nil || it.record.Ref == "" || r.req.Replace == registry.ReplaceAny {
		return err
	}
	for i := range records {
		by := &records[i]
		if other := r.byRef[by.Ref]; other != nil && other.Err == nil && !other.unchanged {
			continue
		}
		for _, d := range by.Manifest.Dependencies {
			if d.Ref == it.ID.Ref && d.Constraint.Allows(it.record.Active.Version) && !d.Constraint.Allows(it.ID.Version) {
				return pack.Errorf(pack.CodeDependencyConflict, "version %s does not suit the installed pack %s, which needs %s", it.ID.Version, by.Ref, d)
			}
		}
	}
	return nil
}

// test makes a broken pack fail, and reports whether to go on.
func (r *fakeRequest) test(ctx context.Context, it *fakeItem) bool {
	broken := r.fake.Broken[it.ID.Ref]
	failing := errors.Is(broken, pack.ErrTests)
	r.noteTests(it, failing)
	switch {
	case broken == nil, failing && r.req.SkipTests:
		return true
	case failing && r.req.IgnoreTests:
		r.Warn(ctx, &it.Item, "tests failed, the pack is registered nevertheless")
		return true
	}
	stage := pack.StageRegistration
	if failing {
		stage = pack.StageTests
	}
	return r.Run(ctx, &it.Item, batch.StageOf(broken, stage), func() error { return broken })
}

// noteTests makes the evidence of a pack that declares tests.
func (r *fakeRequest) noteTests(it *fakeItem, failing bool) {
	testing := it.pack.Manifest.Testing
	if testing == nil && !failing {
		return
	}
	it.tests = &registry.TestResult{
		Ref: it.ID.Ref, Version: it.ID.Version, TreeDigest: it.tree, Environments: []string{}, Time: now(), Status: registry.TestsPassed,
		TestTotals: registry.TestTotals{Total: 1, Passed: 1}, PassRate: 1, Suites: []registry.TestSuite{},
	}
	switch {
	case r.req.SkipTests, testing != nil && !testing.Enabled:
		it.tests.Status, it.tests.TestTotals, it.tests.PassRate = registry.TestsSkipped, registry.TestTotals{}, 0
	case failing:
		it.tests.Status, it.tests.TestTotals, it.tests.PassRate = registry.TestsFailed, registry.TestTotals{Total: 1, Failed: 1}, 0
	}
}

// register makes it the active generation of its pack.
func (r *fakeRequest) register(ctx context.Context, it *fakeItem) (err error) {
	previous, n, at := it.record.Active.Name, r.fake.operations+1, now()
	it.record, err = r.fake.apply(ctx, registry.Activation{
		Ref: it.ID.Ref, Previous: previous, Manifest: it.pack.Manifest, Components: it.pack.Components, Time: at,
		Generation: registry.Generation{
			Name: fmt.Sprintf("%06d", n), Previous: previous, Version: it.ID.Version, TreeDigest: it.tree, DirectoryChecksum: it.directory,
			Pin: it.content.Pin.WithoutQuery(), Environments: []pack.Environment{}, Tests: it.tests, Validation: it.validation,
			Components: count(it.pack), Created: at,
		},
	})
	return err
}

func count(p *pack.Pack) registry.ComponentCounts {
	n := p.Count()
	return registry.ComponentCounts{
		Actions: n[pack.KindAction], Sensors: n[pack.KindSensor], Triggers: n[pack.KindTrigger],
		Rules: n[pack.KindRule], Workflows: n[pack.KindWorkflow], Policies: n[pack.KindPolicy],
	}
}
