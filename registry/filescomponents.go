package registry

import (
	"context"
	"errors"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/internal/recordlog"
)

// load returns the components of the pack of r. If the file was replaced meanwhile, those
// are returned that the pack has now.
func (f *Files) load(ctx context.Context, r *row) (Documents, error) {
	for {
		id, err := f.find(ctx, &r)
		if err != nil {
			return nil, err
		}
		data, err := f.read(id, r)
		if !errors.Is(err, recordlog.ErrReplaced) {
			return data, err
		}
	}
}

// find sets r to the current row of its pack, and returns the ID of the file that has its
// components.
func (f *Files) find(ctx context.Context, r **row) (id string, err error) {
	err = f.look(ctx, func(t *table) error {
		id = f.pos.ID
		*r, err = t.row((*r).ref)
		return err
	})
	return id, err
}

// read reads the components of r in the file with the given ID.
func (f *Files) read(id string, r *row) (Documents, error) {
	c := &r.components
	data, err := f.log.ReadBody(id, c.at, c.size)
	if err == nil && checksum(data) != c.sum {
		err = &RecordError{r.ref, pack.Errorf(pack.CodeStoreCorrupt, "its components are damaged")}
	}
	return data, err
}

// compact replaces the file, which ends at the position at, with one without obsolete
// rows, if they are more than half of it. The change is already durable: if compacting
// fails, the file is unchanged, and the next change retries. What is in the new file is
// read from it when the records are used next.
func (f *Files) compact(at recordlog.Position) {
	f.mu.Lock()
	due := f.compactAt < 0 || at.Offset >= max(f.compactAt, 2*f.table.size())
	var deltas []*delta
	if due && f.pos == at {
		deltas = f.table.snapshot()
	}
	f.mu.Unlock()
	if len(deltas) == 0 {
		return
	}
	_, _ = f.log.Replace(func(yield func(*recordlog.Frame, error) bool) {
		for _, d := range deltas {
			if frame, err := f.reencode(at.ID, d); !yield(frame, err) {
				return
			}
		}
	})
}

// reencode returns d as a frame, with components that are read from the file with the given
// ID.
func (f *Files) reencode(id string, d *delta) (*recordlog.Frame, error) {
	loaded := *d
	loaded.put = nil
	for _, r := range d.put {
		next := *r
		var err error
		if next.components.data, err = f.log.ReadBody(id, r.components.at, r.components.size); err != nil {
			return nil, err
		}
		loaded.put = append(loaded.put, &next)
	}
	return loaded.encode()
}
