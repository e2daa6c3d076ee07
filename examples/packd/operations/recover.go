package operations

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
)

// recover finds the operations that are there and goes on with them, in the
// order of their creation.
func (m *Manager) recover(ctx context.Context) error {
	for _, name := range []string{newName, trashName} {
		dir := filepath.Join(m.config.Dir, name)
		if err := errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o700)); err != nil {
			return err
		}
	}
	unfinished, err := m.adopt()
	if err != nil {
		return err
	}
	m.prune()
	for _, o := range unfinished {
		t, _ := m.join(o.work, true) // insisting never fails
		m.work.Add(1)
		go m.live(context.WithoutCancel(ctx), o, t)
	}
	return nil
}

// adopt makes the operations in the directory known, and returns those whose
// work is to be begun again.
func (m *Manager) adopt() (unfinished []*operation, err error) {
	entries, err := os.ReadDir(m.config.Dir) // sorted by name, so by time
	for _, e := range entries {
		if slices.Contains([]string{lockName, newName, trashName}, e.Name()) {
			continue
		}
		o, err := m.load(e.Name())
		if err != nil {
			m.config.Logger.Warn("left alone: not an operation", "name", e.Name(), "error", err)
			continue
		}
		m.operations[o.id] = o
		if o.key != "" {
			m.keys[o.key] = o
		}
		again, err := o.resume(m.config.Attempts)
		m.logFault(o, err)
		if again {
			unfinished = append(unfinished, o)
		}
	}
	return unfinished, err
}

// load reads the directory of an operation.
func (m *Manager) load(name string) (*operation, error) {
	if !idPattern.MatchString(name) {
		return nil, pack.Errorf(pack.CodeStoreCorrupt, "not a name that was given here")
	}
	dir := filepath.Join(m.config.Dir, name)
	rec, err := readRecord(dir)
	if err != nil {
		return nil, err
	}
	req, err := readRequest(dir)
	if err != nil {
		return nil, err
	}
	o := newOperation(m.config.Dir, req, rec)
	close(o.ready)
	if rec.CancelRequested {
		close(o.cancelled)
	}
	return o, o.log.restore(rec)
}

// resume decides how an operation goes on after a restart. It returns whether
// its work is to be begun again.
func (o *operation) resume(attempts int) (again bool, err error) {
	o.turn.Lock()
	defer o.turn.Unlock()
	switch r := o.snapshot(); {
	case r.State.Final():
		return false, o.complete(r)
	case r.CancelRequested:
		return false, o.finish(wire.StateCancelled, nil, errCancelled)
	case r.Attempt >= attempts:
		return false, o.finish(wire.StateFailed, nil,
			pack.Errorf(pack.CodeUnavailable, "interrupted %d times by a restart", r.Attempt))
	case r.Attempt > 0:
		return true, o.queueAgain(fmt.Sprintf("interrupted by a restart; attempt %d of %d follows", r.Attempt+1, attempts))
	default:
		return true, o.queueAgain("still queued after a restart")
	}
}

func (o *operation) queueAgain(message string) error {
	return o.change(change{
		apply: func(r *record) { r.State = wire.StateQueued },
		event: &wire.Event{Kind: wire.EventQueued, Message: message},
	})
}

// complete does the remaining steps for a final operation, in case the process died
// before it did them.
func (o *operation) complete(r record) (err error) {
	defer o.publish(r)
	if o.work.Body != nil {
		err = o.scrub()
	}
	if o.log.last() >= r.LastEvent {
		o.log.end(nil)
		return err
	}
	e := wire.Event{Kind: terminal(r.State)}
	if r.Error != nil {
		e.Err, e.Code = r.Error.Error, r.Error.Code
	}
	return errors.Join(err, o.announce(e, true))
}
