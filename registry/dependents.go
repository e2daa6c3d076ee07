package registry

import (
	"context"
	"fmt"
	"strings"

	"github.com/packtrain/pack"
)

// checkNotNeeded checks that no installed pack depends on ref.
func (s *Store) checkNotNeeded(ctx context.Context, ref pack.Ref) error {
	dependents, err := s.dependents(ctx, ref, func(pack.Ref, pack.Constraint) bool { return true })
	if err != nil || len(dependents) == 0 {
		return err
	}
	return pack.Errorf(pack.CodeConflict, "needed by %s: remove these first, or force it", strings.Join(dependents, ", "))
}

// checkDependents checks that the installed packs that depend on it, and can do
// with the version that is active, can do with the new one. Those that the
// request replaces too are asked for themselves.
func (r *request) checkDependents(ctx context.Context, it *item) error {
	if it.record.Active.Name == "" { // nothing could do with what is not there
		return nil
	}
	active := it.record.Active.Version
	dependents, err := r.store.dependents(ctx, it.ID.Ref, func(by pack.Ref, c pack.Constraint) bool {
		return !r.replaced[by] && c.Allows(active) && !c.Allows(it.ID.Version)
	})
	if err != nil || len(dependents) == 0 {
		return err
	}
	return pack.Errorf(pack.CodeDependencyConflict, "version %s does not suit installed packs that need %s: %s; upgrade them in the same request, or force it",
		it.ID.Version, it.ID.Ref, strings.Join(dependents, ", "))
}

// warnDependents tells of packs that a forced replacement leaves with a version
// that does not suit them.
func (r *request) warnDependents(ctx context.Context, it *item) {
	if err := r.checkDependents(ctx, it); err != nil {
		r.Warn(ctx, &it.Item, "%v", err)
	}
}

// dependents describes the installed packs that depend on ref in a way that
// counts.
func (s *Store) dependents(ctx context.Context, ref pack.Ref, counts func(pack.Ref, pack.Constraint) bool) ([]string, error) {
	found, err := s.config.Records.Dependents(ctx, ref)
	if damaged(err) {
		s.config.Logger.Warn("dependents are left out", "pack", ref, "error", err)
		err = nil
	}
	var dependents []string
	var last pack.Ref
	for _, d := range found {
		if d.Ref != ref && d.Ref != last && counts(d.Ref, d.Dependency.Constraint) {
			dependents = append(dependents, fmt.Sprintf("%s (%s)", d.Ref, d.Dependency))
			last = d.Ref
		}
	}
	return dependents, err
}
