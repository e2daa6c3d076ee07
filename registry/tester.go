package registry

import (
	"context"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
)

// A Tester tests packs that are not to be registered yet, such as those that their
// authors work on.
type Tester interface {
	// Test validates packs and runs their tests as Registrar.Register does, in the
	// environments attached to their content, and changes no installed pack. Neither the
	// dependencies of the packs nor the active versions count. Packs that fail are in
	// TestReport.Failed and in a [*pack.BatchError] that comes with the full report; any
	// other error means that the request itself failed, or was cancelled.
	Test(ctx context.Context, req TestRequest) (*TestReport, error)
}

// A TestRequest names packs to test.
type TestRequest struct {
	// Paths of the packs' directories, at least one, of which copies are tested. A
	// directory that is named twice is one pack.
	Paths []string
	// SkipValidation also tests packs that have findings of severity error.
	SkipValidation bool
	// OnEvent observes; nil is fine.
	OnEvent pack.EventFunc
}

// A TestReport lists the tested and the failed packs, in input order.
type TestReport struct {
	Tested []TestedPack
	// Failed are the packs that registration would refuse. Tests of a pack that only
	// warns of failures, or ignores them, may have failed although it is in Tested.
	Failed   []pack.Failure
	Warnings []pack.Warning
}

// A TestedPack is a pack whose tests, if it has any, do not prevent its registration.
type TestedPack struct {
	Path string // the input
	// Tests is the result; its Status is TestsSkipped if the pack declares no tests.
	Tests TestResult
}

var _ Tester = (*Store)(nil)

const testingPacks = "test packs"

// Test implements [Tester].
func (s *Store) Test(ctx context.Context, req TestRequest) (*TestReport, error) {
	leave, err := s.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	if len(req.Paths) == 0 {
		return nil, pack.Errorf(pack.CodeInvalidRequest, testingPacks+": name at least one path")
	}
	r := newRequest(s, Request{Paths: req.Paths, SkipValidation: req.SkipValidation, OnEvent: req.OnEvent})
	r.testOnly = true
	defer r.end()
	r.tryAll(ctx)
	rep := r.tested()
	return rep, batch.Err(ctx, testingPacks, rep.Failed)
}

// tryAll prepares and tests the packs.
func (r *request) tryAll(ctx context.Context) {
	batch.Each(r.items, r.store.config.Parallel, func(it *item) { r.prepareTests(ctx, it) })
	testing := slices.DeleteFunc(slices.Clone(r.items), func(it *item) bool { return it.Err != nil || it.manifest.Testing == nil })
	r.testAll(ctx, testing)
	for _, it := range r.items {
		r.Close(context.WithoutCancel(ctx), &it.Item)
	}
}

func (r *request) prepareTests(ctx context.Context, it *item) {
	if r.prepare(ctx, it); it.Err != nil {
		return
	}
	it.tests = r.store.newTestResult(it)
	if it.manifest.Testing == nil {
		r.Warn(ctx, &it.Item, "the pack declares no tests")
	}
}

func (r *request) tested() *TestReport {
	rep := &TestReport{Tested: []TestedPack{}, Warnings: r.Warnings()}
	rep.Failed = batch.Failures(r.items, func(it *item) *batch.Item { return &it.Item })
	for _, it := range r.items {
		if it.Err == nil {
			rep.Tested = append(rep.Tested, TestedPack{Path: it.Spec, Tests: *it.tests})
		}
	}
	return rep
}
