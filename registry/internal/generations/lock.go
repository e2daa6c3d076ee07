package generations

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/packtrain/pack"
)

// Lock takes the locks of refs, for changing them, and shares those of others,
// which then stay as they are. It waits for each until ctx ends, and for all
// together as long as the lock timeout; then the error has [pack.CodeBusy].
//
// Operations of dead processes on any of these packs are settled first. One of
// refs that cannot be settled is a [*RepairError].
func (d *Disk) Lock(ctx context.Context, records Records, refs []pack.Ref, others ...pack.Ref) (Lock, error) {
	waiting, cancel := context.WithTimeout(ctx, d.config.LockTimeout)
	defer cancel()
	l := locking{disk: d, records: records, refs: refs, change: slices.Clone(refs), others: others}
	for {
		lock, err := l.acquire(waiting)
		if err != nil {
			if ctx.Err() != nil {
				err = fmt.Errorf("wait for packs: %w", ctx.Err())
			}
			return nil, err
		}
		more, err := l.settle(ctx, lock)
		switch {
		case err != nil:
			lock.Release()
			return nil, err
		case len(more) == 0:
			return lock, nil
		}
		lock.Release()
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
func (l *locking) acquire(ctx context.Context) (Lock, error) {
	others := slices.DeleteFunc(slices.Clone(l.others), func(ref pack.Ref) bool { return slices.Contains(l.change, ref) })
	lock, err := l.disk.locks.Acquire(ctx, lockNames(l.change), lockNames(others))
	if err != nil {
		return nil, fmt.Errorf("wait for packs: %w", err)
	}
	return lock, nil
}

// lockNames returns the names of the locks of refs.
func lockNames(refs []pack.Ref) []string {
	names := make([]string, len(refs))
	for i, ref := range refs {
		names[i] = ref.String()
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// settle settles the operations on locked packs. It returns the packs whose
// locks it needs for that and does not have.
func (l *locking) settle(ctx context.Context, lock Lock) (more []pack.Ref, err error) {
	ids, err := l.disk.intents()
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		missing, err := l.settleOne(ctx, id, lock)
		if err != nil {
			return nil, err
		}
		more = append(more, missing...)
	}
	return more, nil
}

func (l *locking) settleOne(ctx context.Context, id string, lock Lock) (missing []pack.Ref, err error) {
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
	return nil, l.blocked(l.disk.settle(ctx, in, l.records, lock))
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
