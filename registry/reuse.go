package registry

import (
	"context"
	"errors"
	"slices"

	"github.com/packtrain/pack"
)

// reuse returns earlier evidence that makes running the tests of it unnecessary: they
// passed with the same content, in the same environments and bounds, at the level of
// isolation at which they would run now. It returns nil if there is none, or if the
// request asks to run them.
func (r *request) reuse(ctx context.Context, it *item) *TestResult {
	if r.testOnly || r.req.Retest {
		return nil
	}
	level, _, err := r.store.isolation(ctx)
	if err != nil {
		return nil // running them reports it
	}
	want := *it.tests
	want.Isolation = level
	known, _ := r.store.config.Records.Evidence(ctx, it.ID.Ref) // some may be damaged
	recorded, _ := r.store.generations(ctx, it.ID.Ref)          // older results may be kept there alone
	for i := range recorded {
		if g := &recorded[i]; g.Tests != nil && g.TreeDigest == g.Tests.TreeDigest {
			known = append(known, *g.Tests)
		}
	}
	for i := range slices.Backward(known) {
		if known[i].proves(&want) {
			return &known[i]
		}
	}
	return nil
}

// proves reports whether t is evidence that the tests that want describes pass.
func (t *TestResult) proves(want *TestResult) bool {
	return t.Status == TestsPassed && t.TreeDigest == want.TreeDigest && t.Isolation == want.Isolation && t.Bounds == want.Bounds &&
		slices.Equal(t.Environments, want.Environments)
}

// keepEvidence records the results of tests that ran. Failing to do so affects no pack.
func (r *request) keepEvidence(ctx context.Context, items []*item) {
	if r.store.readOnly {
		return
	}
	for _, it := range items {
		if _, failed := errors.AsType[*TestError](it.Err); !it.tested || it.Err != nil && !failed {
			continue
		}
		if err := r.store.config.Records.AddEvidence(context.WithoutCancel(ctx), *it.tests); err != nil {
			r.store.config.Logger.Warn("the result of tests is not recorded", "pack", it.ID.String(), "error", err)
		}
	}
}

// TestHistory implements [Historian].
func (s *Store) TestHistory(ctx context.Context, ref pack.Ref) ([]TestResult, error) {
	leave, err := s.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	results, err := s.config.Records.Evidence(ctx, ref)
	return results, s.explain(ctx, "", err)
}
