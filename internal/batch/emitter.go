package batch

import (
	"context"
	"sync"
	"time"

	"github.com/packtrain/pack"
)

// An Emitter numbers events and passes them on. It is safe for concurrent use;
// a nil Emitter drops everything.
type Emitter struct {
	mu       sync.Mutex
	fn       pack.EventFunc
	panicked func(v any)
	seq      uint64
}

// NewEmitter returns an Emitter for fn, or nil when fn is nil. After a first
// panic of fn, panicked is called with it, and fn is not called again.
func NewEmitter(fn pack.EventFunc, panicked func(v any)) *Emitter {
	if fn == nil {
		return nil
	}
	return &Emitter{fn: fn, panicked: panicked}
}

// Emit gives ev the next number and, when it has none, the time, and calls the
// observer.
func (e *Emitter) Emit(ctx context.Context, ev pack.Event) {
	if e == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.fn == nil {
		return
	}
	defer func() {
		if v := recover(); v != nil {
			e.fn = nil
			e.panicked(v)
		}
	}()
	e.seq++
	ev.Seq = e.seq
	if ev.Time.IsZero() {
		ev.Time = time.Now()
	}
	e.fn(ctx, ev)
}
