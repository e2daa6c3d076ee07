package registry

import (
	"context"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/rescue"
	"github.com/packtrain/pack/registry/internal/generations"
)

// activateAll takes the items that are left through their further stages, each
// after those that it needs.
func (b *batch) activateAll(ctx context.Context) {
	waiting := make([]*item, 0, len(b.items))
	for _, it := range b.items {
		if it.err != nil || it.unchanged {
			close(it.done)
			continue
		}
		waiting = append(waiting, it)
	}
	slots := make(chan struct{}, b.store.config.Parallel)
	inParallel(waiting, max(1, len(waiting)), func(it *item) {
		defer close(it.done)
		for _, need := range it.needs {
			<-need.done
		}
		slots <- struct{}{} // only when nothing is waited for any more
		defer func() { <-slots }()
		b.activate(ctx, it)
	})
}

func (b *batch) activate(ctx context.Context, it *item) {
	defer rescue.Into(&it.err)
	ok := b.run(ctx, it, pack.StageDependencies, func() error { return b.checkDependencies(ctx, it) })
	if !ok {
		return
	}
	if b.req.Replace == ReplaceAny {
		b.warnDependents(ctx, it)
	}
	if it.pack.Manifest.Testing != nil {
		if ok := b.run(ctx, it, pack.StageTests, func() error { return b.test(ctx, it) }); !ok {
			return
		}
	}
	b.run(ctx, it, pack.StageRegistration, func() error { return b.register(ctx, it) })
}

// register makes it the active generation of its pack, unless another
// operation was faster.
func (b *batch) register(ctx context.Context, it *item) error {
	s := b.store
	if err := s.disk.SettleDead(ctx, s.ledger()); err != nil {
		return err
	}
	release, err := s.disk.Lock(ctx, it.id.Ref, b.lockedDependencies(it)...)
	if err != nil {
		return err
	}
	defer release()
	if err := s.disk.Settle(ctx, it.id.Ref, s.ledger()); err != nil {
		return err
	}
	if err := s.compare(ctx, it, b.req.Replace); err != nil || it.unchanged {
		return err
	}
	if err := b.checkDependencies(ctx, it); err != nil {
		return err
	}
	op, err := b.activating(ctx, it)
	if err != nil {
		return err
	}
	it.record, err = s.apply(ctx, op, b.staging.Apply)
	return err
}

// lockedDependencies are the packs that have to stay until it is active.
func (b *batch) lockedDependencies(it *item) []pack.Ref {
	if b.req.SkipValidation {
		return nil
	}
	var refs []pack.Ref
	for _, d := range it.pack.Manifest.Dependencies {
		if _, provided := b.store.provided[d.Ref]; !provided && d.Ref != it.id.Ref {
			refs = append(refs, d.Ref)
		}
	}
	return refs
}

// activating returns the operation that makes it active.
func (b *batch) activating(ctx context.Context, it *item) (op generations.Operation, err error) {
	s, ref := b.store, it.id.Ref
	name, err := s.nextGeneration(ctx, ref, it.tree)
	if err != nil {
		return op, err
	}
	op.Time = s.now()
	a := b.activation(it, name, op.Time)
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
