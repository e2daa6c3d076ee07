// Package emit numbers the events of one operation and hands them to its
// observer, one at a time.
package emit

import (
	"context"
	"sync"
	"time"

	"github.com/packtrain/pack"
)

// An Emitter numbers events and passes them on. It is safe for concurrent use;
// a nil Emitter drops everything.
type Emitter struct {
	mu  sync.Mutex
	fn  pack.EventFunc
	seq uint64
}

// New returns an Emitter for fn, or nil when fn is nil.
func New(fn pack.EventFunc) *Emitter {
	if fn == nil {
		return nil
	}
	return &Emitter{fn: fn}
}

// Emit gives ev the next number and, when it has none, the time, and calls the
// observer.
func (e *Emitter) Emit(ctx context.Context, ev pack.Event) {
	if e == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.seq++
	ev.Seq = e.seq
	if ev.Time.IsZero() {
		ev.Time = time.Now()
	}
	e.fn(ctx, ev)
}

// Finish emits the end of what ev describes: [pack.EventFinished], or
// [pack.EventFailed] with the text and code of err.
func (e *Emitter) Finish(ctx context.Context, ev pack.Event, err error) {
	ev.Kind = pack.EventFinished
	if err != nil {
		ev.Kind, ev.Err, ev.Code = pack.EventFailed, err.Error(), pack.CodeOf(err)
	}
	e.Emit(ctx, ev)
}
