package operations

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"iter"
	"maps"
	"slices"

	"github.com/packtrain/pack/examples/packd/wire"
)

func (m *Manager) find(id string) (*operation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if o := m.operations[id]; o != nil {
		return o, nil
	}
	return nil, unknown(id)
}

// Get returns an operation. One that is not known is an error with
// [pack.CodeNotFound], here and elsewhere.
func (m *Manager) Get(id string) (wire.Operation, error) {
	o, err := m.find(id)
	if err != nil {
		return wire.Operation{}, err
	}
	return o.get(), nil
}

// Owned returns an error with [pack.CodeNotFound], the one of an operation that is not
// known, unless the work of the operation is done in the name of the actor.
func (m *Manager) Owned(id, actor string) error {
	o, err := m.find(id)
	if err == nil && o.snapshot().Actor != actor {
		err = unknown(id)
	}
	return err
}

// Summary returns an operation without Progress and Report, at no cost.
func (m *Manager) Summary(id string) (wire.Operation, error) {
	o, err := m.find(id)
	if err != nil {
		return wire.Operation{}, err
	}
	return o.summary(), nil
}

func (o *operation) summary() wire.Operation {
	r := o.snapshot()
	r.Progress = nil
	return r.forWire()
}

// get returns the operation with its report.
func (o *operation) get() wire.Operation {
	now := o.snapshot()
	if now.State.Final() {
		if r, err := readRecord(o.dir); err == nil && r.State.Final() {
			return r.Operation
		}
	}
	return now.forWire()
}

// forWire returns the operation with lists that are not nil.
func (r record) forWire() wire.Operation {
	if r.Progress == nil {
		r.Progress = []wire.PackProgress{}
	}
	return r.Operation
}

// A Filter chooses operations. Its zero value chooses the newest ones.
type Filter struct {
	Actor  string     // "" for all
	State  wire.State // "" for all
	Kind   string     // "" for all
	Before string     // only those older than the one with this id; "" for all
	Limit  int        // at most so many; zero means 100
}

func (f Filter) chooses(o wire.Operation) bool {
	return (f.Actor == "" || o.Actor == f.Actor) && (f.State == "" || o.State == f.State) &&
		(f.Kind == "" || o.Kind == f.Kind) && (f.Before == "" || o.ID < f.Before)
}

// List returns operations, the newest first. They have neither Progress nor
// Report.
func (m *Manager) List(f Filter) []wire.Operation {
	m.mu.Lock()
	all := slices.Collect(maps.Values(m.operations))
	m.mu.Unlock()
	slices.SortFunc(all, func(a, b *operation) int { return cmp.Compare(b.id, a.id) })
	list := []wire.Operation{}
	for _, o := range all {
		s := o.summary()
		if !f.chooses(s) {
			continue
		}
		list = append(list, s)
		if len(list) == cmp.Or(f.Limit, 100) {
			break
		}
	}
	return list
}

// Cancel ends an operation: one that waits never begins, and one that runs is asked
// to stop and becomes cancelled when it has stopped, or completed if it was already
// done. A final operation does not change. After Cancel returns without an error,
// not even a restart begins the work again.
func (m *Manager) Cancel(_ context.Context, id string) (wire.Operation, error) {
	o, err := m.find(id)
	if err != nil {
		return wire.Operation{}, err
	}
	err = o.requestCancel()
	m.logFault(o, err)
	return o.get(), err
}

func (o *operation) requestCancel() error {
	o.turn.Lock()
	defer o.turn.Unlock()
	now := o.snapshot()
	if now.State.Final() || now.CancelRequested {
		return nil
	}
	defer close(o.cancelled)
	if now.State == wire.StateQueued {
		return o.finish(wire.StateCancelled, nil, errCancelled)
	}
	return o.change(change{apply: func(r *record) { r.CancelRequested = true }})
}

// Events yields the events of an operation after the given number, 0 for all:
// first those that happened, then those that happen, until the last one. An
// error ends it: that of ctx, or [ErrClosed].
//
// Any number of readers may read at once, each at its own pace. The log of one
// operation holds up to 10,000 events or 2 MB of progress, at most four a second
// for one pack and stage; beyond that, progress is left out. After 8 MB a warning
// says that the rest is left out, except for the events of the operation as a whole.
// Texts are cut at 4 KB.
func (m *Manager) Events(ctx context.Context, id string, after uint64) iter.Seq2[wire.Event, error] {
	return func(yield func(wire.Event, error) bool) {
		o, err := m.find(id)
		if err != nil {
			yield(wire.Event{}, err)
			return
		}
		for e, err := range o.log.follow(ctx, after, m.closed) {
			if errors.Is(err, fs.ErrNotExist) { // pruned by now
				err = unknown(id)
			}
			if !yield(e, err) {
				return
			}
		}
	}
}
