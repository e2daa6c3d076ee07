package registry

import (
	"context"
	"sync"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/internal/generations"
	"github.com/packtrain/pack/registry/internal/recordlog"
)

// Files store records in a directory, without a database: in one file, "log", to which
// every change is appended. Several processes may use the directory at once; reading
// needs no permission to write. Open them with [OpenFiles].
//
// A change is durable when the method returns. Writers wait for each other, at
// most 30 seconds: then the error matches [pack.ErrBusy]. Readers do not wait for
// writers. The records of all packs are held in memory.
type Files struct {
	tableReader

	log *recordlog.Log
	// compactAt is the least size of a file that is compacted; negative to
	// compact it after every change.
	compactAt int64

	mu    sync.Mutex
	table *table
	pos   recordlog.Position
}

var _ Records = (*Files)(nil)

// compactAt is the least size of a file that is compacted.
const compactAt = 1 << 20

// OpenFiles returns the records in dir. A missing directory has no records; the first
// change creates it. A damaged file is an error that matches [pack.ErrStore], with
// advice. The records do not have to be closed.
func OpenFiles(ctx context.Context, dir string) (*Files, error) {
	f := &Files{log: recordlog.New(dir), compactAt: compactAt, table: newTable()}
	f.log.Fault = generations.FaultIn(ctx)
	f.tableReader.look, f.tableReader.load = f.look, f.load
	return f, f.look(ctx, func(*table) error { return nil })
}

func (f *Files) look(ctx context.Context, fn func(*table) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.readOn(); err != nil {
		return err
	}
	return fn(f.table)
}

// readOn brings the table up to date. The caller holds mu.
func (f *Files) readOn() error {
	frames, next, err := f.log.Read(f.pos)
	if err != nil {
		return err
	}
	t := f.table
	if next.ID != f.pos.ID {
		t = newTable()
	}
	deltas := make([]*delta, len(frames))
	for i := range frames {
		if deltas[i], err = decodeDelta(&frames[i]); err != nil {
			return err
		}
	}
	for _, d := range deltas {
		t.merge(d)
	}
	f.table, f.pos = t, next
	return nil
}

// Apply implements [Writer].
func (f *Files) Apply(ctx context.Context, op Operation) (records []Record, err error) {
	if err := op.Check(); err != nil {
		return nil, err
	}
	err = f.change(ctx, func(t *table) (*delta, error) {
		if t.ops.known[op.ID] {
			return nil, f.log.Sync()
		}
		return t.plan(&op)
	}, func(t *table) error {
		records, err = t.records(&op)
		return err
	})
	return records, err
}

// Outcome implements [Writer].
func (f *Files) Outcome(ctx context.Context, id string) (applied bool, err error) {
	err = f.change(ctx, func(t *table) (*delta, error) {
		applied = t.ops.known[id]
		return nil, f.log.Sync()
	}, nil)
	return applied, err
}

// SetConfiguration implements [ConfigKeeper].
func (f *Files) SetConfiguration(ctx context.Context, ref pack.Ref, expect string, next Configuration) error {
	return f.change(ctx, func(t *table) (*delta, error) { return t.planConfiguration(ref, expect, next) }, nil)
}

// AddEvidence implements [EvidenceKeeper].
func (f *Files) AddEvidence(ctx context.Context, result TestResult) error {
	return f.change(ctx, func(t *table) (*delta, error) { return t.planEvidence(result) }, nil)
}

// Bind implements [Binder].
func (f *Files) Bind(ctx context.Context, id string) error {
	return f.change(ctx, func(t *table) (*delta, error) { return t.planBind(id) }, nil)
}

// change appends the delta that plan returns, unless it is nil, and calls then with the
// resulting table. No other writer can write in between.
func (f *Files) change(ctx context.Context, plan func(*table) (*delta, error), then func(*table) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	release, err := f.log.Lock(ctx)
	if err != nil {
		return err
	}
	defer release()
	var d *delta
	var at recordlog.Position
	err = f.look(ctx, func(t *table) error {
		d, err = plan(t)
		at = f.pos
		return err
	})
	if err != nil {
		return err
	}
	if d != nil {
		if err := f.append(at, d); err != nil {
			return err
		}
	}
	if then == nil {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return then(f.table)
}

// append writes d at its position. The caller holds the lock of the log,
// but not mu, so that readers do not wait for the disk.
func (f *Files) append(at recordlog.Position, d *delta) error {
	frame, err := d.encode()
	if err != nil {
		return err
	}
	next, err := f.log.Append(at, frame)
	if err == nil {
		err = d.place(frame)
	}
	if err != nil {
		return err
	}
	f.mu.Lock()
	if f.pos == at { // otherwise a reader has already read it
		f.table.merge(d)
		f.pos = next
	}
	f.mu.Unlock()
	f.compact(next)
	return nil
}
