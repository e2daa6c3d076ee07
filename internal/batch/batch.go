// Package batch does the bookkeeping of one request for several packs: its items
// in the order of the request, their events, failures and warnings, and the pool
// that works on them. Every stage reports by it, so that all keep one contract:
//
//   - One item for each input, in input order; an input that is given twice is one.
//   - An item that fails does not disturb the others, nor does a panic in code
//     of the host.
//   - Failures, and warnings, are in the report and not only in events.
//   - Each item ends with one closing event, which has its status.
//   - A request that was cancelled returns its report together with the error.
package batch

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"unicode"

	"github.com/packtrain/pack"
)

// An Item is one pack of a request. One goroutine at a time works on it.
type Item struct {
	// At is the position of its first mention in the request, Spec what it says
	// there, without credentials.
	At    int
	Spec  string
	ID    pack.ID    // as far as it is known
	Stage pack.Stage // the one that it is in, or failed in
	// Note is the message of its closing event.
	Note string
	// Status is "" until the item is done.
	Status pack.Status
	Err    error
}

// A Batch is the work of one request.
type Batch struct {
	events *Emitter

	mu       sync.Mutex
	warnings []pack.Warning
	noted    map[pack.Warning]bool
}

// New returns a Batch that fn observes, which may be nil.
func New(fn pack.EventFunc) *Batch {
	b := &Batch{warnings: []pack.Warning{}, noted: map[pack.Warning]bool{}}
	b.events = NewEmitter(fn, func(v any) {
		b.Note(pack.Warning{Message: oneLine(fmt.Sprintf("the observer of events panicked: %v", v))})
	})
	return b
}

// Observed reports whether anything receives the events.
func (b *Batch) Observed() bool { return b.events != nil }

// Emit passes an event on, with its number.
func (b *Batch) Emit(ctx context.Context, e pack.Event) { b.events.Emit(ctx, e) }

// Event returns an event about it, in the stage that it is in.
func (b *Batch) Event(it *Item, kind pack.EventKind) pack.Event {
	return pack.Event{Kind: kind, Stage: it.Stage, Spec: it.Spec, Pack: it.ID.Ref, Version: it.ID.Version}
}

// Run runs fn as one stage of it, between the events of its start and end, and
// reports whether it succeeded. A panic of fn makes the item fail. fn may set
// it.Stage, where a failure belongs to another stage than it is noticed in.
func (b *Batch) Run(ctx context.Context, it *Item, stage pack.Stage, fn func() error) bool {
	it.Stage = stage
	b.Emit(ctx, b.Event(it, pack.EventStarted))
	if it.Err = context.Cause(ctx); it.Err == nil {
		it.Err = rescued(fn)
	}
	end := b.Event(it, pack.EventFinished)
	end.Stage = stage
	b.Emit(ctx, failed(end, pack.EventFailed, it.Err))
	return it.Err == nil
}

// End emits the end of the stage that it is in.
func (b *Batch) End(ctx context.Context, it *Item) {
	b.Emit(ctx, failed(b.Event(it, pack.EventFinished), pack.EventFailed, it.Err))
}

func rescued(fn func() error) (err error) {
	defer Rescue(&err)
	return fn()
}

// Warn reports a problem that does not stop the item, in one line, unless it was
// reported before. An empty text reports nothing.
func (b *Batch) Warn(ctx context.Context, it *Item, format string, args ...any) {
	e := b.Event(it, pack.EventWarning)
	e.Message = oneLine(fmt.Sprintf(format, args...))
	if e.Message == "" {
		return
	}
	if b.Note(pack.Warning{Spec: it.Spec, Ref: it.ID.Ref, Stage: e.Stage, Message: e.Message}) {
		b.Emit(ctx, e)
	}
}

// Note keeps a warning for the report, and reports whether it is a new one.
func (b *Batch) Note(w pack.Warning) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.noted[w] {
		return false
	}
	b.noted[w] = true
	b.warnings = append(b.warnings, w)
	return true
}

// Warnings returns the warnings, never nil.
func (b *Batch) Warnings() []pack.Warning {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]pack.Warning{}, b.warnings...)
}

// Close emits the closing event of it. An item without a status is done.
func (b *Batch) Close(ctx context.Context, it *Item) {
	switch {
	case it.Err != nil:
		it.Status = pack.StatusFailed
	case it.Status == "":
		it.Status = pack.StatusDone
	}
	e := b.Event(it, pack.EventClosed)
	e.Status, e.Message = it.Status, oneLine(it.Note)
	b.Emit(ctx, failed(e, pack.EventClosed, it.Err))
}

// failed makes e an event of the given kind with err, unless that is nil.
func failed(e pack.Event, kind pack.EventKind, err error) pack.Event {
	if err != nil {
		e.Kind, e.Err, e.Code = kind, err.Error(), pack.CodeOf(err)
	}
	return e
}

// Failures returns those of the items that failed, in their order, never nil.
func Failures[I any](items []*I, item func(*I) *Item) []pack.Failure {
	failures := []pack.Failure{}
	for _, i := range items {
		if it := item(i); it.Err != nil {
			failures = append(failures, pack.NewFailure(it.At, it.Spec, it.ID.Ref, it.Stage, it.Err))
		}
	}
	return failures
}

// StageOf returns the stage that a [*pack.Failure] in err names, another one for other
// errors: where a double fails that a test programmed to.
func StageOf(err error, another pack.Stage) pack.Stage {
	if f, ok := errors.AsType[*pack.Failure](err); ok && f.Stage != "" {
		return f.Stage
	}
	return another
}

// Err returns the error of a request with the given failures: nil for none; the
// cause of ctx, when it ended; else a [*pack.BatchError].
func Err(ctx context.Context, doing string, failures []pack.Failure) error {
	if len(failures) > 0 && ctx.Err() != nil {
		return fmt.Errorf("%s: %w", doing, context.Cause(ctx))
	}
	return pack.NewBatchError(failures)
}

// Each calls fn for each item, at most limit at a time, and returns when all
// calls have returned.
func Each[I any](items []I, limit int, fn func(I)) {
	var wg sync.WaitGroup
	slots := make(chan struct{}, max(1, limit))
	for _, it := range items {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			fn(it)
		})
	}
	wg.Wait()
}

func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}

// Distinct returns the positions of the first input with each key.
func Distinct[I any](inputs []I, key func(I) string) []int {
	seen := map[string]bool{}
	var first []int
	for i, input := range inputs {
		if k := key(input); !seen[k] {
			seen[k] = true
			first = append(first, i)
		}
	}
	return first
}
