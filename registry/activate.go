package registry

import (
	"context"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
	"github.com/packtrain/pack/registry/internal/generations"
)

// checkAll checks the dependencies of the remaining packs and runs their tests. A
// failed pack fails its set.
func (r *request) checkAll(ctx context.Context) {
	batch.Each(r.failSets(ctx), r.store.config.Parallel, func(s *set) {
		for _, it := range s.items {
			r.Run(ctx, &it.Item, pack.StageDependencies, func() error { return r.check(ctx, s, it) })
		}
	})
	testing := slices.DeleteFunc(itemsOf(r.failSets(ctx)), func(it *item) bool { return it.manifest.Testing == nil })
	r.testAll(ctx, testing)
}

// activateAll activates the sets that are left, each in one operation.
func (r *request) activateAll(ctx context.Context) {
	batch.Each(r.failSets(ctx), r.store.config.Parallel, func(s *set) {
		r.registerSet(ctx, s, s.items)
		for _, it := range s.items {
			if !s.settled && it.Err == nil { // cancelled before its turn
				r.fail(ctx, it, pack.StageRegistration, s.culprit().Err)
			}
		}
	})
}

// registerSet registers all packs of s within the stage of each of rest.
func (r *request) registerSet(ctx context.Context, s *set, rest []*item) {
	if len(rest) == 0 {
		s.err = r.registerTogether(ctx, s)
		s.settled = true
		return
	}
	it := rest[0]
	r.Run(ctx, &it.Item, pack.StageRegistration, func() error {
		r.registerSet(ctx, s, rest[1:])
		return s.outcome(it)
	})
}

// outcome returns the reason why it is not active.
func (s *set) outcome(it *item) error {
	culprit := s.culprit()
	switch {
	case it.failure != nil:
		return it.failure
	case s.failing() != nil:
		it.Stage = pack.StageDependencies
		return notActivated(s.failing())
	case culprit != nil && !s.settled: // it was cancelled, or panicked
		return culprit.Err
	case s.err == nil && it.unchanged:
		it.Status = pack.StatusUnchanged
	}
	return s.err
}

// failing returns the first pack that failed while the set was registered.
func (s *set) failing() *item {
	for _, it := range s.items {
		if it.failure != nil {
			return it
		}
	}
	return nil
}

// registerTogether makes the packs of s the active generations, unless other
// operations were faster. A failure of one pack is noted there.
func (r *request) registerTogether(ctx context.Context, s *set) error {
	for _, it := range s.items {
		it.failure = it.verify(r.store.disk)
	}
	if s.failing() != nil {
		return nil
	}
	store := r.store
	lock, err := store.lock(ctx, s.refs(), r.lockedDependencies(s)...)
	if err != nil {
		return err
	}
	defer lock.Release()
	if err := r.confirmExpected(ctx, s); err != nil {
		return err
	}
	if err := r.confirmBeside(ctx, s); err != nil {
		return err
	}
	for _, it := range s.items {
		it.failure = store.compare(ctx, it, r.req.Replace)
	}
	for _, it := range s.items {
		if it.failure == nil && !it.unchanged {
			_, it.failure = r.checkDependencies(ctx, s, it)
		}
	}
	if s.failing() != nil {
		return nil
	}
	return r.activate(ctx, lock, s)
}

func (s *set) refs() []pack.Ref {
	refs := make([]pack.Ref, len(s.items))
	for i, it := range s.items {
		refs[i] = it.ID.Ref
	}
	return refs
}

// lockedDependencies returns the other packs that must not change before s is active.
func (r *request) lockedDependencies(s *set) []pack.Ref {
	var refs []pack.Ref
	for _, it := range s.beside {
		refs = append(refs, it.ID.Ref)
	}
	if r.req.SkipValidation {
		return refs
	}
	for _, it := range s.items {
		for _, d := range it.manifest.Dependencies {
			if _, provided := r.store.provided[d.Ref]; !provided && s.member(d.Ref) == nil {
				refs = append(refs, d.Ref)
			}
		}
	}
	return refs
}

// activate applies the operation that makes the packs of s active.
func (r *request) activate(ctx context.Context, lock generations.Lock, s *set) error {
	op := generations.Operation{Time: r.store.now(), Actor: actorOf(ctx)}
	for _, it := range s.items {
		if it.unchanged {
			continue
		}
		move, err := r.move(ctx, lock, it, op.Time)
		if err != nil {
			return err
		}
		op.Moves = append(op.Moves, move)
	}
	if len(op.Moves) == 0 {
		return nil
	}
	applied, err := r.store.apply(ctx, lock, op, r.staging.Apply)
	if err != nil {
		return err
	}
	for _, it := range s.items {
		if !it.unchanged {
			it.record = applied[it.ID.Ref]
			r.store.retain(ctx, lock, &it.record)
		}
	}
	return nil
}
