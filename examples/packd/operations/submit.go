package operations

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
)

// Submit records work and begins it as soon as there is room. When it returns
// without an error, the operation is durable: it will end in a final state,
// whatever happens to the process.
//
// A key that is not empty makes it safe to submit again: the same key with the
// same work returns the operation that is there, and the same key with other
// work is an error with [pack.CodeConflict]. When too much work waits, the error
// is a [*FullError].
//
// The work has the values of ctx, but does not end with it.
func (m *Manager) Submit(ctx context.Context, w Work, key string) (wire.Operation, error) {
	var body bytes.Buffer
	if err := json.Compact(&body, w.Body); err != nil {
		return wire.Operation{}, pack.Errorf(pack.CodeInvalidRequest, "submit work: %w", err)
	}
	w.Body = body.Bytes()
	o, t, err := m.reserve(w, key)
	if err != nil {
		return wire.Operation{}, err
	}
	if t != nil {
		m.begin(ctx, o, t)
	} else if err := o.exists(ctx); err != nil {
		return wire.Operation{}, err
	}
	if o.absent != nil {
		return wire.Operation{}, fmt.Errorf("submit work: %w", o.absent)
	}
	return o.get(), nil
}

// exists waits until another request has made the operation durable, or failed to.
func (o *operation) exists(ctx context.Context) error {
	select {
	case <-o.ready:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// reserve returns the operation that has the key, or a new one and its place.
func (m *Manager) reserve(w Work, key string) (*operation, *ticket, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.isClosing {
		return nil, nil, ErrClosed
	}
	if o := m.keys[key]; o != nil {
		if o.sum != w.sum() {
			return nil, nil, pack.Errorf(pack.CodeConflict, "the idempotency key was used for other work")
		}
		return o, nil, nil
	}
	t, err := m.join(w, false)
	if err != nil {
		return nil, nil, err
	}
	m.work.Add(1)
	o := newOperation(m.config.Dir, request{Format: format, Key: key, Work: w}, newRecord(w))
	if key != "" {
		m.keys[key] = o
	}
	return o, t, nil
}

// begin makes a new operation durable, and work on it in the background.
func (m *Manager) begin(ctx context.Context, o *operation, t *ticket) {
	defer close(o.ready)
	err := create(m.config.Dir, request{Format: format, Key: o.key, Work: o.work}, o.record)
	if err != nil {
		o.absent = pack.Errorf(pack.CodeIO, "record operation: %w", err)
		m.mu.Lock()
		m.drop(o)
		m.mu.Unlock()
		t.leave()
		m.work.Done()
		return
	}
	m.mu.Lock()
	m.operations[o.id] = o
	m.mu.Unlock()
	m.logFault(o, o.announce(wire.Event{Kind: wire.EventQueued}, false))
	go m.live(context.WithoutCancel(ctx), o, t)
}

// logFault logs an error with the files of an operation.
func (m *Manager) logFault(o *operation, err error) {
	if err != nil {
		m.config.Logger.Error("operation cannot be recorded", "operation", o.id, "error", err)
	}
}
