package generations

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/packtrain/pack"
)

// settleTimeout bounds the work that is done even if ctx has ended.
const settleTimeout = 30 * time.Second

// Apply is [Staging.Apply] for an operation that brings no content.
func (d *Disk) Apply(ctx context.Context, op Operation, records Records) error {
	s, err := d.Begin(ctx)
	if err != nil {
		return err
	}
	defer s.End()
	return s.Apply(ctx, op, records)
}

// Apply makes the change whole, or not at all; see the protocol of this
// package. The caller holds the locks of the refs. The moved content lies in s.
//
// After an error the old state holds, except where the error says that opening
// the root again settles the change.
func (s *Staging) Apply(ctx context.Context, op Operation, records Records) error {
	if len(op.Moves) != 1 {
		return pack.Errorf(pack.CodeInvalidRequest, "an operation of %d moves is not supported", len(op.Moves))
	}
	op.ID = cmp.Or(op.ID, NewID())
	d, m := s.disk, &op.Moves[0]
	pointer, err := d.Pointer(m.Ref)
	if err != nil {
		return err
	}
	in := &intent{ID: op.ID, Time: op.Time, Ref: m.Ref, Pointer: pointer, To: m.To, From: m.From, New: m.Staged != ""}
	if err := d.prepare(in, m); err != nil {
		return d.withdraw(in, err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	if err := d.movePointer(s.Dir, m.Ref, m.To); err != nil {
		return s.turnBack(in, err)
	}
	if err := records.Decide(ctx, in.operation(m.Metadata)); err != nil {
		return s.resolve(ctx, in, records, err)
	}
	d.clearAway(in)
	return nil
}

// prepare does everything that readers do not notice.
func (d *Disk) prepare(in *intent, m *Move) error {
	if m.Staged != "" {
		if err := d.writeMetadata(m.Staged, m.Metadata); err != nil {
			return err
		}
	}
	if err := d.writeIntent(in, m.Staged); err != nil {
		return err
	}
	if m.Staged == "" {
		return nil
	}
	return d.publish(m.Staged, m.Ref, m.To)
}

// clearAway does what is left once the change holds. What fails here is done
// when the intent is settled.
func (d *Disk) clearAway(in *intent) {
	if in.To == "" {
		if err := d.discard(d.pack(in.Ref)); err != nil {
			d.config.Logger.Warn("pack is removed, its files are not yet", "pack", in.Ref, "error", err)
			return
		}
	}
	if err := d.do("remove intent", func() error { return os.Remove(d.intentFile(in.Ref)) }); err != nil {
		d.config.Logger.Warn("change is done, its intent is still in the journal", "pack", in.Ref, "error", err)
	}
}

// withdraw undoes a change whose pointer has not moved, because of cause.
func (d *Disk) withdraw(in *intent, cause error) error {
	if in.New {
		if err := d.discard(d.Generation(in.Ref, in.To)); err != nil {
			return errors.Join(cause, err)
		}
	}
	err := d.do("remove intent", func() error { return removeIfThere(d.intentFile(in.Ref)) })
	return errors.Join(cause, err)
}

// turnBack moves the pointer back and withdraws the change.
func (s *Staging) turnBack(in *intent, cause error) error {
	if err := s.disk.movePointer(s.Dir, in.Ref, in.Pointer); err != nil {
		return fmt.Errorf("%w (opening the root again settles this change: %w)", cause, err)
	}
	return s.disk.withdraw(in, cause)
}

// resolve finds out whether the records decided although they returned an
// error, and goes forward or back.
func (s *Staging) resolve(ctx context.Context, in *intent, records Records, cause error) error {
	// The deadline of the decision may have passed.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	applied, err := records.Outcome(ctx, in.ID)
	if err != nil {
		return fmt.Errorf("%w (whether it happened is not known: %w; opening the root again settles it)", cause, err)
	}
	if !applied {
		return s.turnBack(in, cause)
	}
	s.disk.clearAway(in)
	return nil
}
