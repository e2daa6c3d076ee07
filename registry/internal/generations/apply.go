package generations

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"time"

	"github.com/packtrain/pack"
)

// settleTimeout bounds the work that is done even if ctx has ended.
const settleTimeout = 30 * time.Second

// Apply is [Staging.Apply] for an operation that brings no content.
func (d *Disk) Apply(ctx context.Context, op Operation, lock Lock, records Records) error {
	s, err := d.Begin(ctx)
	if err != nil {
		return err
	}
	defer s.End()
	return s.Apply(ctx, op, lock, records)
}

// Apply makes the change atomically; see the protocol of this package. lock holds
// the locks of the refs ([Disk.Lock]). The content lies in s.
//
// After an error the old state holds, except when it is a [*RepairError]: then
// the operation may have been decided, and is settled later.
func (s *Staging) Apply(ctx context.Context, op Operation, lock Lock, records Records) error {
	op.ID, op.Fence = cmp.Or(op.ID, NewID()), lock.Fence()
	d, in := s.disk, newIntent(&op)
	if err := d.checkMoves(in); err != nil {
		return err
	}
	err := s.prepare(in, &op)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return d.withdraw(in, lock, err)
	}
	deciding, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	if err := records.Decide(deciding, op.recorded()); err != nil {
		return d.resolve(ctx, in, lock, records, err)
	}
	return d.complete(ctx, in, lock)
}

// checkMoves refuses moves that could not be finished after the decision.
func (d *Disk) checkMoves(in *intent) error {
	if err := in.check(); err != nil {
		return err
	}
	for _, m := range in.Moves {
		if _, err := d.Pointer(m.Ref); err != nil {
			return err
		}
		if m.To == "" {
			continue
		}
		_, err := os.Lstat(d.Generation(m.Ref, m.To))
		switch {
		case m.New && err == nil:
			return pack.Errorf(pack.CodeConflict, "generation %s of pack %s exists already; try again", m.To, m.Ref)
		case m.New && errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return pack.Errorf(pack.CodeStoreCorrupt, "generation %s of pack %s cannot be used: %w", m.To, m.Ref, err)
		}
	}
	return nil
}

// prepare performs the steps that are invisible to readers. When it returns, all of
// them are durable.
func (s *Staging) prepare(in *intent, op *Operation) error {
	var staged []string
	for i := range op.Moves {
		m := &op.Moves[i]
		if m.Staged == "" {
			continue
		}
		if err := s.disk.describe(m); err != nil {
			return err
		}
		staged = append(staged, m.Staged)
	}
	if err := s.writeIntent(in, staged); err != nil {
		return err
	}
	for i := range op.Moves {
		m := &op.Moves[i]
		if m.Staged == "" {
			continue
		}
		if err := s.disk.publish(m.Staged, m.Ref, m.To); err != nil {
			return err
		}
	}
	return nil
}

// withdraw undoes an undecided operation because of cause.
func (d *Disk) withdraw(in *intent, lock Lock, cause error) error {
	for _, m := range in.Moves {
		if !m.New {
			continue
		}
		if err := d.discard(d.Generation(m.Ref, m.To)); err != nil {
			return errors.Join(cause, err)
		}
	}
	return errors.Join(cause, d.removeIntent(in, lock))
}

// resolve finds out whether the records decided although they returned an
// error, and goes forward or back. While that is not known, the intent stays.
func (d *Disk) resolve(ctx context.Context, in *intent, lock Lock, records Records, cause error) error {
	// The deadline of the decision may have passed.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	applied, err := records.Outcome(ctx, in.ID)
	switch {
	case err != nil:
		return &RepairError{in.ID, in.refs(), pack.Errorf(pack.CodeOf(cause), "%w (unknown whether it was recorded: %w)", cause, err)}
	case applied:
		return d.complete(ctx, in, lock)
	}
	return d.withdraw(in, lock, cause)
}

// complete performs the remaining steps of an operation that has just been decided. It
// retries a failed step once.
func (d *Disk) complete(ctx context.Context, in *intent, lock Lock) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	wants := make(map[pack.Ref]string, len(in.Moves))
	for _, m := range in.Moves {
		wants[m.Ref] = m.To
	}
	err := d.follow(ctx, lock, wants)
	if err != nil {
		err = d.follow(ctx, lock, wants)
	}
	if err != nil {
		return &RepairError{in.ID, in.refs(), pack.Errorf(pack.CodeOf(err), "the change is recorded but not yet visible to readers: %w", err)}
	}
	d.clearAway(ctx, in, lock, wants)
	return nil
}
