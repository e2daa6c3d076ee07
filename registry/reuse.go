package registry

import (
	"context"
	"slices"

	"github.com/packtrain/pack"
)

// reuse returns the evidence of a kept generation of the pack that makes running the tests
// of it unnecessary: they passed with the same content, in the same environments, at the
// level of isolation at which they would run now. It returns nil if there is none, or if
// the request asks to run them.
func (r *request) reuse(ctx context.Context, it *item) *TestResult {
	if r.testOnly || r.req.Retest || it.record.Active.Name == "" {
		return nil
	}
	level, _, err := r.store.isolation(ctx)
	if err != nil {
		return nil // running them reports it
	}
	recorded, _ := r.store.generations(ctx, it.ID.Ref) // some may be damaged
	for i := range slices.Backward(recorded) {
		if g := &recorded[i]; g.proves(it.treeDigest, it.envs, level) {
			return g.Tests
		}
	}
	return nil
}

// proves reports whether g has evidence that tests of the content passed in the
// environments at that level.
func (g *Generation) proves(tree pack.Digest, envs []pack.Environment, level pack.Isolation) bool {
	t := g.Tests
	return t != nil && t.Status == TestsPassed && t.TreeDigest == tree && g.TreeDigest == tree && t.Isolation == level &&
		slices.EqualFunc(g.Environments, envs, sameEnvironment)
}
