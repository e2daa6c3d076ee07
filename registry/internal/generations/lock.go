package generations

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/filelock"
)

// Lock takes the locks of refs, for changing them, and shares those of others,
// which then stay as they are. It waits for each until ctx ends, and for all
// together as long as the lock timeout; then the error has [pack.CodeBusy].
//
// Operations of dead processes on any of these packs are settled first. One of
// refs that cannot be settled is a [*RepairError].
//
// All operations take locks in the order of the refs, so they cannot block each
// other in a circle.
func (d *Disk) Lock(ctx context.Context, records Records, refs []pack.Ref, others ...pack.Ref) (release func(), err error) {
	waiting, cancel := context.WithTimeout(ctx, d.config.LockTimeout)
	defer cancel()
	l := locking{disk: d, records: records, refs: refs, change: slices.Clone(refs), others: others}
	for {
		release, err := l.acquire(waiting)
		if err != nil {
			if ctx.Err() != nil {
				err = fmt.Errorf("wait for packs: %w", ctx.Err())
			}
			return nil, err
		}
		more, err := l.settle(ctx)
		switch {
		case err != nil:
			release()
			return nil, err
		case len(more) == 0:
			return release, nil
		}
		release()
		l.change = append(l.change, more...)
	}
}

// locking is one call of [Disk.Lock].
type locking struct {
	disk    *Disk
	records Records
	refs    []pack.Ref // that the caller changes
	change  []pack.Ref // refs, and the packs of operations to be settled
	others  []pack.Ref
}

// acquire takes all locks.
func (l *locking) acquire(ctx context.Context) (release func(), err error) {
	var held []func()
	release = func() {
		for _, r := range held {
			r()
		}
	}
	refs := slices.Concat(l.change, l.others)
	slices.Sort(refs)
	for _, ref := range slices.Compact(refs) {
		acquire := filelock.AcquireShared
		if slices.Contains(l.change, ref) {
			acquire = filelock.Acquire
		}
		one, err := acquire(ctx, l.disk.lockFile(ref.String()))
		if err != nil {
			release()
			return nil, fmt.Errorf("wait for pack %s: %w", ref, err)
		}
		held = append(held, one)
	}
	return release, nil
}

// settle settles the operations on locked packs. It returns the packs whose
// locks it needs for that and does not have.
func (l *locking) settle(ctx context.Context) (more []pack.Ref, err error) {
	ids, err := l.disk.intents()
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		missing, err := l.settleOne(ctx, id)
		if err != nil {
			return nil, err
		}
		more = append(more, missing...)
	}
	return more, nil
}

func (l *locking) settleOne(ctx context.Context, id string) (missing []pack.Ref, err error) {
	in, err := l.disk.readIntent(id)
	if in == nil {
		return nil, l.blocked(err)
	}
	refs := in.refs()
	if !intersect(refs, l.change) && !intersect(refs, l.others) {
		return nil, nil
	}
	missing = slices.DeleteFunc(refs, func(ref pack.Ref) bool { return slices.Contains(l.change, ref) })
	if len(missing) > 0 {
		return missing, nil
	}
	return nil, l.blocked(l.disk.settle(ctx, in, l.records))
}

// blocked returns err when it concerns a pack that the caller changes. Others
// are as the records say.
func (l *locking) blocked(err error) error {
	if repair, ok := errors.AsType[*RepairError](err); ok && !intersect(repair.Refs, l.refs) {
		l.disk.config.Logger.Warn("operation of a dead process cannot be settled", "operation", repair.Operation, "error", err)
		return nil
	}
	return err
}

func intersect(a, b []pack.Ref) bool {
	return slices.ContainsFunc(a, func(ref pack.Ref) bool { return slices.Contains(b, ref) })
}
