package operations

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
)

// Do does work at once, or as soon as there is room, and records nothing. When
// too much work waits, the error is a [*FullError]; a manager that is closed
// while the work runs makes it [ErrClosed].
func (m *Manager) Do(ctx context.Context, w Work) (any, error) {
	if err := m.enter(); err != nil {
		return nil, err
	}
	defer m.work.Done()
	t, err := m.join(w, false)
	if err != nil {
		return nil, err
	}
	defer t.leave()
	if err := t.wait(ctx, m.closing, nil); err != nil {
		return nil, err
	}
	report, err := m.call(ctx, w, nil, nil)
	if err != nil && isClosed(m.interrupt) {
		err = ErrClosed
	}
	return report, err
}

// live takes an operation from the queue to its end.
func (m *Manager) live(ctx context.Context, o *operation, t *ticket) {
	defer m.work.Done()
	defer m.prune()
	defer t.leave()
	if t.wait(ctx, m.closing, o.cancelled) != nil || !m.start(o) {
		return
	}
	if _, err := o.log.open(); err == nil { // once, not for each event
		defer o.log.release()
	}
	w := &attemptLog{operation: o, logger: m.config.Logger, last: map[progressKey]time.Time{}}
	report, err := m.call(ctx, o.work, w.observe, o.cancelled)
	w.dismiss()
	m.settle(o, report, err)
}

// start makes a queued operation a running one. It returns false when that is
// not to be, because it was cancelled or the manager is being closed.
func (m *Manager) start(o *operation) bool {
	o.turn.Lock()
	defer o.turn.Unlock()
	now := o.snapshot()
	if now.State != wire.StateQueued || isClosed(m.closing) {
		return false
	}
	e := wire.Event{Kind: wire.EventRunning}
	if now.Attempt > 0 {
		e.Message = fmt.Sprintf("attempt %d of %d", now.Attempt+1, m.config.Attempts)
	}
	m.logFault(o, o.change(change{event: &e, apply: func(r *record) {
		r.State, r.Started = wire.StateRunning, new(time.Now().UTC())
		r.Attempt++
		r.Progress = []wire.PackProgress{}
	}}))
	return true
}

// call does the work. It ends the context when cancelled is closed or the
// manager interrupts.
func (m *Manager) call(ctx context.Context, w Work, observe pack.EventFunc, cancelled <-chan struct{}) (report any, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-cancelled:
			cancel(errCancelled)
		case <-m.interrupt:
			cancel(errInterrupted)
		case <-ctx.Done():
		}
	}()
	defer func() {
		if v := recover(); v != nil {
			m.config.Logger.Error("work panicked", "kind", w.Kind, "panic", v, "stack", string(debug.Stack()))
			report, err = nil, fmt.Errorf("the work panicked: %q", fmt.Sprint(v))
		}
	}()
	return m.config.Run(ctx, w, observe)
}

// settle records how work ended.
func (m *Manager) settle(o *operation, report any, err error) {
	o.turn.Lock()
	defer o.turn.Unlock()
	content, marshalErr := json.Marshal(report)
	if marshalErr != nil {
		content, err = nil, fmt.Errorf("marshal report: %w", marshalErr)
	}
	_, partial := errors.AsType[*pack.BatchError](err)
	switch stopped := err != nil; {
	case stopped && isClosed(o.cancelled):
		err = o.finish(wire.StateCancelled, content, errCancelled)
	case stopped && isClosed(m.interrupt):
		err = o.change(change{apply: func(r *record) { r.State = wire.StateQueued }})
	case err == nil, partial && string(content) != "null":
		err = o.finish(wire.StateCompleted, content, nil)
	default:
		err = o.finish(wire.StateFailed, content, err)
	}
	m.logFault(o, err)
}

// finish makes the operation final. The caller has the turn.
func (o *operation) finish(s wire.State, report json.RawMessage, cause error) error {
	e := wire.Event{Kind: terminal(s)}
	var failure *wire.OperationError
	if cause != nil {
		e.Err, e.Code = cause.Error(), pack.CodeOf(cause)
		failure = &wire.OperationError{Error: e.Err, Code: e.Code, Retryable: pack.Retryable(cause), Cause: wire.CauseOf(cause)}
	}
	return o.change(change{event: &e, report: report, apply: func(r *record) {
		r.State, r.Error, r.Finished = s, failure, new(time.Now().UTC())
	}})
}

// terminal returns the kind of the last event of an operation.
func terminal(s wire.State) pack.EventKind {
	switch s {
	case wire.StateCompleted:
		return wire.EventCompleted
	case wire.StateCancelled:
		return wire.EventCancelled
	}
	return wire.EventFailed
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
