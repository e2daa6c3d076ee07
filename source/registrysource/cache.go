package registrysource

import (
	"context"
	"time"
)

// A snapshot is the state of an index at some time.
type snapshot struct {
	document *document // nil when nothing but newest is known
	verdict  verdict
	at       time.Time // when it was last known to be current
	// Validators of a server, and of a file.
	etag, lastModified string
	size               int64
	modTime            time.Time
	// newest is the latest date that the index has stated, now or in an earlier state.
	newest time.Time
}

// A slot holds the latest snapshot of one index. One caller at a time refreshes
// it; the others wait for it, or until their context ends.
type slot struct {
	busy   chan struct{} // holds a token while a caller reads
	load   loadFunc
	latest *snapshot
}

func newSlot(load loadFunc) *slot {
	return &slot{busy: make(chan struct{}, 1), load: load}
}

// get returns the current state.
func (sl *slot) get(ctx context.Context) (*snapshot, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case sl.busy <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-sl.busy }()
	current, err := sl.load(ctx, sl.latest)
	if err != nil {
		return nil, err
	}
	sl.latest = current
	return current, nil
}

// maxOthers bounds how many indices that locators named are held in memory.
const maxOthers = 4
