package registry

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/packtrain/pack"
)

// settleTimeout bounds the work that is done although the caller gave up.
const settleTimeout = 30 * time.Second

// A change moves a pack from one generation to another, or to nothing.
type change struct {
	intent
	// activation tells the records about To; nil for a removal.
	activation *Activation
	// staged is the directory to publish as To; "" when To is there.
	staged string
}

// applyAlone makes a change that brings no content, as an operation of its own.
func (s *Store) applyAlone(ctx context.Context, c *change) (Record, error) {
	operation, err := s.disk.begin(ctx)
	if err != nil {
		return Record{}, err
	}
	defer operation.end()
	return s.apply(ctx, operation.dir, c)
}

// apply makes the change, whole or not at all; the caller holds the lock of the
// ref, and scratch is a directory in staging. The pointer decides: up to its
// move everything can be undone, from then on everything can be repeated.
//
// Once the pointer is about to move, ctx is not looked at any more.
func (s *Store) apply(ctx context.Context, scratch string, c *change) (Record, error) {
	if err := s.prepareChange(c); err != nil {
		return Record{}, s.withdraw(&c.intent, err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	if err := s.disk.movePointer(scratch, c.Ref, c.To); err != nil {
		return Record{}, s.turnBack(scratch, &c.intent, err)
	}
	rec, err := s.commit(ctx, &c.intent, c.activation)
	if err != nil {
		return s.resolve(ctx, scratch, &c.intent, err)
	}
	s.clearAway(&c.intent)
	return rec, nil
}

// prepareChange does all that readers do not notice.
func (s *Store) prepareChange(c *change) error {
	if c.activation != nil {
		c.activation.Previous, c.activation.Time = c.Known, c.Time
	}
	if c.staged != "" {
		if err := s.disk.writeMetadata(c.staged, c.activation); err != nil {
			return err
		}
	}
	if err := s.disk.writeIntent(c.intent, c.staged); err != nil {
		return err
	}
	if c.staged == "" {
		return nil
	}
	return s.disk.publish(c.staged, c.Ref, c.To)
}

// commit tells the records. It may be repeated.
func (s *Store) commit(ctx context.Context, in *intent, a *Activation) (Record, error) {
	if in.To == "" {
		return Record{}, s.config.Records.Delete(ctx, in.Ref, in.Known)
	}
	return s.config.Records.Commit(ctx, *a)
}

// clearAway does what is left once the change is through. What fails is done by
// whoever settles the intent later.
func (s *Store) clearAway(in *intent) {
	if in.To == "" {
		if err := s.disk.discard(s.disk.pack(in.Ref)); err != nil {
			s.config.Logger.Warn("pack is removed, its files are not yet", "pack", in.Ref, "error", err)
			return
		}
	}
	if err := s.disk.removeIntent(in.Ref); err != nil {
		s.config.Logger.Warn("change is through, its intent is still in the journal", "pack", in.Ref, "error", err)
	}
}

// withdraw undoes a change whose pointer has not moved, because of cause.
func (s *Store) withdraw(in *intent, cause error) error {
	if in.New {
		if err := s.disk.discard(s.disk.generation(in.Ref, in.To)); err != nil {
			return errors.Join(cause, err)
		}
	}
	err := s.disk.do("remove intent", func() error { return removeIfThere(s.disk.intentFile(in.Ref)) })
	return errors.Join(cause, err)
}

// turnBack moves the pointer back and withdraws the change.
func (s *Store) turnBack(scratch string, in *intent, cause error) error {
	if err := s.disk.movePointer(scratch, in.Ref, in.From); err != nil {
		return fmt.Errorf("%w (opening the root again settles this change: %w)", cause, err)
	}
	return s.withdraw(in, cause)
}

// resolve finds out what became of a commit that failed, perhaps only after it
// had happened.
func (s *Store) resolve(ctx context.Context, scratch string, in *intent, cause error) (Record, error) {
	// The time of the commit may be over.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	rec, err := s.config.Records.Pack(ctx, in.Ref)
	if err != nil && !errors.Is(err, pack.ErrNotFound) {
		return Record{}, fmt.Errorf("%w (whether it happened is not known: %w; opening the root again settles it)", cause, err)
	}
	if rec.Active.Name != in.To {
		return Record{}, s.turnBack(scratch, in, cause)
	}
	s.clearAway(in)
	return rec, nil
}
