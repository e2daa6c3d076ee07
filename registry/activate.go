package registry

import (
	"context"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
	"github.com/packtrain/pack/registry/internal/generations"
)

// activateAll takes the items that are left through their further stages, each
// after those that it needs.
func (r *request) activateAll(ctx context.Context) {
	waiting := make([]*item, 0, len(r.items))
	for _, it := range r.items {
		if it.Err != nil || it.unchanged {
			close(it.done)
			continue
		}
		waiting = append(waiting, it)
	}
	slots := make(chan struct{}, r.store.config.Parallel)
	batch.Each(waiting, len(waiting), func(it *item) {
		defer close(it.done)
		for _, need := range it.needs {
			<-need.done
		}
		slots <- struct{}{} // only when nothing is waited for any more
		defer func() { <-slots }()
		r.activate(ctx, it)
	})
}

func (r *request) activate(ctx context.Context, it *item) {
	defer batch.Rescue(&it.Err)
	ok := r.Run(ctx, &it.Item, pack.StageDependencies, func() error {
		if err := r.checkPlatform(ctx, it); err != nil {
			return err
		}
		return r.checkDependencies(ctx, it)
	})
	if !ok {
		return
	}
	r.warnDependents(ctx, it)
	if it.pack.Manifest.Testing != nil {
		if ok := r.Run(ctx, &it.Item, pack.StageTests, func() error { return r.test(ctx, it) }); !ok {
			return
		}
	}
	r.Run(ctx, &it.Item, pack.StageRegistration, func() error { return r.register(ctx, it) })
}

// register makes it the active generation of its pack, unless another
// operation was faster.
func (r *request) register(ctx context.Context, it *item) error {
	if err := it.verify(); err != nil {
		return err
	}
	s := r.store
	if err := s.disk.SettleDead(ctx, s.ledger()); err != nil {
		return err
	}
	release, err := s.lock(ctx, []pack.Ref{it.ID.Ref}, r.lockedDependencies(it)...)
	if err != nil {
		return err
	}
	defer release()
	if err := s.compare(ctx, it, r.req.Replace); err != nil {
		return err
	}
	if it.unchanged {
		it.Status = pack.StatusUnchanged
		return nil
	}
	if err := r.checkDependencies(ctx, it); err != nil {
		return err
	}
	op, err := r.activating(ctx, it)
	if err != nil {
		return err
	}
	applied, err := s.apply(ctx, op, r.staging.Apply)
	if err == nil {
		it.record = applied[it.ID.Ref]
	}
	return err
}

// lockedDependencies are the packs that have to stay until it is active.
func (r *request) lockedDependencies(it *item) []pack.Ref {
	if r.req.SkipValidation {
		return nil
	}
	var refs []pack.Ref
	for _, d := range it.pack.Manifest.Dependencies {
		if _, provided := r.store.provided[d.Ref]; !provided && d.Ref != it.ID.Ref {
			refs = append(refs, d.Ref)
		}
	}
	return refs
}

// activating returns the operation that makes it active.
func (r *request) activating(ctx context.Context, it *item) (op generations.Operation, err error) {
	s, ref := r.store, it.ID.Ref
	name, err := s.nextGeneration(ctx, ref, it.treeDigest)
	if err != nil {
		return op, err
	}
	op.Time = s.now()
	a := r.activation(it, name, op.Time)
	a.Previous, a.Time = it.record.Active.Name, op.Time
	metadata, err := a.metadata()
	op.Moves = []generations.Move{{Ref: ref, From: a.Previous, To: name, Metadata: metadata, Staged: it.staged}}
	return op, err
}

func (s *Store) nextGeneration(ctx context.Context, ref pack.Ref, tree pack.Digest) (string, error) {
	recorded, err := s.generations(ctx, ref)
	if err != nil {
		return "", err
	}
	names := make([]string, len(recorded))
	for i := range recorded {
		names[i] = recorded[i].Name
	}
	return s.disk.NextName(ref, tree, names...)
}
