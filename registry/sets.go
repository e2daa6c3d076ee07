package registry

import (
	"context"
	"errors"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
)

// A set is the packs of a request that become active together or not at all:
// they need each other, directly or through others.
type set struct {
	items []*item // in input order
	// beside are the unchanged packs of the request that it needs, stale those of them
	// that others were found to have changed.
	beside, stale []*item

	// settled says that the operation was tried; err is its error, which
	// concerns all packs.
	settled bool
	err     error
}

// order finds the sets of the request and returns its packs by their refs. The second pack with the same ref fails, and
// belongs to no other set.
func (r *request) order(ctx context.Context) (byRef map[pack.Ref]*item) {
	byRef = map[pack.Ref]*item{}
	for _, it := range r.items {
		first := byRef[it.ID.Ref]
		switch {
		case it.ID.Ref == "":
		case first == nil:
			byRef[it.ID.Ref] = it
		case it.Err == nil:
			r.fail(ctx, it, pack.StageValidation,
				pack.Errorf(pack.CodeConflict, "pack %s is in this request already, at %q", it.ID.Ref, first.Spec))
		}
	}
	r.connect(ctx, byRef)
	r.attach(byRef)
	return byRef
}

// connect divides the items that change into sets.
func (r *request) connect(ctx context.Context, byRef map[pack.Ref]*item) {
	changing := slices.DeleteFunc(slices.Clone(r.items), func(it *item) bool { return it.Err == nil && it.unchanged })
	sets := batch.Sets(changing, func(it *item) []*item {
		joined := r.neighbours(ctx, it, byRef)
		if r.req.AllOrNothing {
			joined = append(joined, changing[0])
		}
		return joined
	})
	for _, items := range sets {
		r.sets = append(r.sets, &set{items: items})
	}
}

// neighbours returns the items that have to change together with it: those that
// it needs, and those whose active version does not accept it.
func (r *request) neighbours(ctx context.Context, it *item, byRef map[pack.Ref]*item) []*item {
	if it.manifest == nil || byRef[it.ID.Ref] != it {
		return nil
	}
	var refs []pack.Ref
	if !r.req.SkipValidation {
		for _, d := range it.manifest.Dependencies {
			refs = append(refs, d.Ref)
		}
	}
	if it.Err == nil {
		refs = append(refs, r.refusing(ctx, it)...)
	}
	var found []*item
	for _, ref := range refs {
		if other := byRef[ref]; other != nil {
			found = append(found, other)
		}
	}
	return found
}

// refusing returns the installed packs that do not accept it and are not allowed to
// break.
func (r *request) refusing(ctx context.Context, it *item) (refs []pack.Ref) {
	found, err := r.store.broken(ctx, it)
	if err != nil {
		r.fail(ctx, it, pack.StageDependencies, err)
		return nil
	}
	_, err = found.refuse(r.req.AllowBreak)
	if refused, ok := errors.AsType[*DependentsError](err); ok {
		for _, d := range refused.Dependents {
			refs = append(refs, d.Ref)
		}
	}
	return refs
}

// member returns the pack of the set with the given ref that is about to change,
// nil for none.
func (s *set) member(ref pack.Ref) *item {
	for _, it := range s.items {
		if it.ID.Ref == ref && !it.unchanged {
			return it
		}
	}
	return nil
}

// culprit returns the first pack of the set that failed, nil for none.
func (s *set) culprit() *item {
	for _, it := range s.items {
		if it.Err != nil {
			return it
		}
	}
	return nil
}

// notActivated is the error of the other packs of a set with a failed pack.
func notActivated(culprit *item) error {
	name := "pack " + culprit.ID.Ref.String()
	if culprit.ID.Ref == "" {
		name = "the pack at " + culprit.Spec
	}
	return pack.Errorf(pack.CodeDependencyMissing, "not activated because %s, which has to change together with it, failed", name)
}

// failSets marks all packs of a set as failed if one of them failed, and returns the
// remaining sets.
func (r *request) failSets(ctx context.Context) (left []*set) {
	for _, s := range r.sets {
		culprit := s.culprit()
		if culprit == nil {
			left = append(left, s)
			continue
		}
		for _, it := range s.items {
			if it.Err == nil {
				r.fail(ctx, it, pack.StageDependencies, notActivated(culprit))
			}
		}
	}
	return left
}

// itemsOf returns the packs of sets.
func itemsOf(sets []*set) (items []*item) {
	for _, s := range sets {
		items = append(items, s.items...)
	}
	return items
}
