package generations

import (
	"context"
	"errors"
	"os"

	"github.com/packtrain/pack"
)

// SettleDead settles the operations of dead processes. It skips those of living
// ones. An operation that cannot be settled is logged and affects no other: its
// packs stay as they are, and changing them returns a [*RepairError].
//
// Callers that depend on other packs call it first: an operation of a dead
// process could still be recorded otherwise.
func (d *Disk) SettleDead(ctx context.Context, records Records) error {
	ids, err := d.intents()
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := d.settleDead(ctx, id, records); err != nil {
			d.config.Logger.Warn("operation of a dead process cannot be settled", "operation", id, "file", d.intentFile(id), "error", err)
		}
	}
	return nil
}

// settleDead settles an operation unless a living process holds one of its
// locks: the one that works on it, or one that will settle it itself.
func (d *Disk) settleDead(ctx context.Context, id string, records Records) error {
	in, err := d.readIntent(id)
	if err != nil || in == nil {
		return err
	}
	lock, ok, err := d.locks.Try(ctx, lockNames(in.refs())...)
	if err != nil || !ok {
		return err
	}
	defer lock.Release()
	if in, err = d.readIntent(id); err != nil || in == nil {
		return err
	}
	return d.settle(ctx, in, records, lock)
}

// settle finishes an operation that was decided, and undoes any other. The
// caller holds the locks of its refs, so the process that began it is dead. It
// may be repeated.
func (d *Disk) settle(ctx context.Context, in *intent, records Records, lock Lock) error {
	ctx, cancel := context.WithTimeout(ctx, settleTimeout)
	defer cancel()
	applied, err := records.Outcome(ctx, in.ID)
	if err == nil && !applied {
		applied, err = d.forgotten(ctx, in, records, lock)
	}
	switch {
	case err != nil:
		return &RepairError{in.ID, in.refs(), err}
	case !applied:
		err = d.withdraw(in, lock, nil)
	default:
		err = d.catchUp(ctx, in, records, lock)
	}
	if err != nil {
		return &RepairError{in.ID, in.refs(), err}
	}
	return nil
}

// catchUp makes readers get what the records say now.
func (d *Disk) catchUp(ctx context.Context, in *intent, records Records, lock Lock) error {
	wants := map[pack.Ref]string{}
	for _, m := range in.Moves {
		active, err := records.Active(ctx, m.Ref)
		if err != nil {
			return err
		}
		if active != "" {
			if _, err := os.Lstat(d.Content(m.Ref, active)); err != nil {
				d.config.Logger.Warn("files of the active generation are missing; register the pack again", "pack", m.Ref, "generation", active, "error", err)
				continue
			}
		}
		wants[m.Ref] = active
	}
	if err := d.follow(ctx, lock, wants); err != nil {
		return err
	}
	d.clearAway(ctx, in, lock, wants)
	return nil
}

// forgotten handles an operation that the records do not know. When one of its
// generations is active, it was recorded, long ago or before the records were
// replaced by an old copy or by new ones: it is recorded again. When it no longer
// suits what they say, the files stay as they are, and only the intent goes.
func (d *Disk) forgotten(ctx context.Context, in *intent, records Records, lock Lock) (applied bool, err error) {
	recorded, err := d.wasRecorded(ctx, in, records)
	if err != nil || !recorded {
		return false, err
	}
	d.config.Logger.Warn("records do not know an operation that was recorded; recording it again", "operation", in.ID)
	op, err := d.operation(in)
	if op.Fence = lock.Fence(); err == nil {
		err = records.Decide(ctx, op)
	}
	if errors.Is(err, pack.ErrConflict) {
		d.config.Logger.Warn("records and files of packs differ; register them again", "packs", in.refs(), "error", err)
		for i := range in.Moves {
			in.Moves[i].New = false // readers may have it
		}
		return false, nil
	}
	return err == nil, err
}

// wasRecorded reports whether a generation that the operation published is active,
// for readers or in the records.
func (d *Disk) wasRecorded(ctx context.Context, in *intent, records Records) (bool, error) {
	for _, m := range in.Moves {
		if !m.New {
			continue
		}
		pointer, err := d.Pointer(m.Ref)
		if err != nil {
			return false, err
		}
		active, err := records.Active(ctx, m.Ref)
		if err != nil {
			return false, err
		}
		if pointer == m.To || active == m.To {
			return true, nil
		}
	}
	return false, nil
}

// operation returns the operation that the intent stands for.
func (d *Disk) operation(in *intent) (Operation, error) {
	op := Operation{ID: in.ID, Time: in.Time, Actor: in.Actor}
	for _, m := range in.Moves {
		move := Move{Ref: m.Ref, From: m.From, To: m.To}
		if m.To != "" {
			var err error
			if move.Metadata, err = d.Metadata(m.Ref, m.To); err != nil {
				return op, err
			}
		}
		op.Moves = append(op.Moves, move)
	}
	return op, nil
}
