package registry

import (
	"context"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
)

// Packs of a request that are unchanged are in no operation. But the report says that they
// are active, together with what needs them: other processes may have changed them since
// they were compared.

// unchangedNeeds returns the unchanged packs of the request that it depends on.
func (r *request) unchangedNeeds(it *item, byRef map[pack.Ref]*item) (needs []*item) {
	if it.manifest == nil || r.req.SkipValidation {
		return nil
	}
	for _, d := range it.manifest.Dependencies {
		if other := byRef[d.Ref]; other != nil && other != it && other.Err == nil && other.unchanged {
			needs = append(needs, other)
		}
	}
	return needs
}

// attach finds the unchanged packs of the request that each set needs, directly or through
// others of them.
func (r *request) attach(byRef map[pack.Ref]*item) {
	for _, s := range r.sets {
		if r.req.AllOrNothing {
			s.beside = r.unchanged()
			continue
		}
		for next := slices.Clone(s.items); len(next) > 0; next = next[1:] {
			for _, it := range r.unchangedNeeds(next[0], byRef) {
				if !slices.Contains(s.beside, it) {
					s.beside, next = append(s.beside, it), append(next, it)
				}
			}
		}
	}
}

// unchanged returns the packs of the request that are unchanged.
func (r *request) unchanged() []*item {
	return slices.DeleteFunc(slices.Clone(r.items), func(it *item) bool { return it.Err != nil || !it.unchanged })
}

// besideRef returns the unchanged pack with the given ref that s needs, nil for none.
func (s *set) besideRef(ref pack.Ref) *item {
	for _, it := range s.beside {
		if it.ID.Ref == ref {
			return it
		}
	}
	return nil
}

// confirmExpected checks that the generations are active that the request expects of the
// packs of s and of those that they need. They are locked.
func (r *request) confirmExpected(ctx context.Context, s *set) error {
	for _, ref := range append(s.refs(), r.lockedDependencies(s)...) {
		want, ok := r.req.Expect[ref]
		if !ok {
			continue
		}
		active, err := r.store.ledger().Active(ctx, ref)
		if err != nil {
			return err
		}
		if active != want {
			return conflict(ref, active, want)
		}
	}
	return nil
}

// confirmBeside checks that the unchanged packs that s needs are still as they were
// compared. They are locked.
func (r *request) confirmBeside(ctx context.Context, s *set) error {
	for _, it := range s.beside {
		if err := r.confirm(ctx, s, it); err != nil {
			return err
		}
	}
	return nil
}

// confirm checks that an unchanged pack that s needs is still as it was compared.
func (r *request) confirm(ctx context.Context, s *set, it *item) error {
	active, err := r.store.ledger().Active(ctx, it.ID.Ref)
	if err == nil && active != it.record.Active.Name {
		err = changedMeanwhile(it)
		s.stale = append(s.stale, it)
	}
	return err
}

func changedMeanwhile(it *item) error {
	return pack.Errorf(pack.CodeConflict, "pack %s was changed by another operation during this request; try again", it.ID.Ref)
}

// confirmUnchanged fails the unchanged packs that others have changed meanwhile: those
// that sets found, and those of packs that need each other and are all unchanged. The
// latter are looked at in one moment.
func (r *request) confirmUnchanged(ctx context.Context, byRef map[pack.Ref]*item) {
	attached := map[*item]bool{}
	for _, s := range r.sets {
		for _, it := range s.beside {
			attached[it] = true
		}
		for _, it := range s.stale {
			if it.Err == nil {
				r.fail(ctx, it, pack.StageRegistration, changedMeanwhile(it))
			}
		}
	}
	all := r.unchanged()
	groups := batch.Sets(all, func(it *item) []*item {
		if r.req.AllOrNothing {
			return all[:1]
		}
		return r.unchangedNeeds(it, byRef)
	})
	groups = slices.DeleteFunc(groups, func(g []*item) bool {
		return len(g) == 1 || slices.ContainsFunc(g, func(it *item) bool { return attached[it] })
	})
	if len(groups) > 0 {
		r.confirmGroups(ctx, groups)
	}
}

// confirmGroups fails the groups that are not active as they were compared.
func (r *request) confirmGroups(ctx context.Context, groups [][]*item) {
	records, err := r.store.sound(ctx)
	active := map[pack.Ref]string{}
	for i := range records {
		active[records[i].Ref] = records[i].Active.Name
	}
	for _, group := range groups {
		i := slices.IndexFunc(group, func(it *item) bool { return active[it.ID.Ref] != it.record.Active.Name })
		if i < 0 && err == nil {
			continue
		}
		for _, it := range group {
			failure := err
			if failure == nil {
				failure = changedMeanwhile(group[i])
			}
			r.fail(ctx, it, pack.StageRegistration, failure)
		}
	}
}
