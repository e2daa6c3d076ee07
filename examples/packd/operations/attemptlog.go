package operations

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
)

const (
	progressPause = 250 * time.Millisecond // between two events of progress of one pack and stage
	progressPacks = 1000                   // more packs than that are not followed
)

// An attemptLog logs the events of one attempt at an operation. It drops progress that
// is too frequent, and all events after the attempt.
type attemptLog struct {
	*operation
	logger *slog.Logger

	mu     sync.Mutex
	last   map[progressKey]time.Time // when progress was logged
	gone   bool
	closed bool // the log is closed, and that was logged
	failed bool
}

type progressKey struct {
	spec  string
	stage pack.Stage
}

func (w *attemptLog) observe(_ context.Context, e pack.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.gone {
		return
	}
	if e.Time.IsZero() {
		e.Time = time.Now()
	}
	w.note(e)
	switch {
	case w.closed, e.Kind == pack.EventProgress && (w.tooSoon(e) || w.log.full()):
		return
	case w.log.closed():
		w.closed = true
		e = wire.Event{Time: e.Time, Kind: pack.EventWarning, Message: "there are too many events: the rest is left out up to the end of the operation"}
	}
	if err := w.log.append(e); err != nil && !w.failed {
		w.failed = true
		w.logger.Error("events are lost", "operation", w.id, "error", err)
	}
}

func (w *attemptLog) tooSoon(e pack.Event) bool {
	key := progressKey{e.Spec, e.Stage}
	if last, ok := w.last[key]; ok && e.Time.Sub(last) < progressPause {
		return true
	}
	w.last[key] = e.Time
	return false
}

func (w *attemptLog) dismiss() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.gone = true
}

// note keeps the latest progress of a pack.
func (o *operation) note(e pack.Event) {
	if e.Spec == "" || e.Kind == pack.EventWarning {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	packs := &o.record.Progress
	i := slices.IndexFunc(*packs, func(p wire.PackProgress) bool { return p.Spec == e.Spec })
	if i < 0 {
		if len(*packs) == progressPacks {
			return
		}
		i = len(*packs)
		*packs = append(*packs, wire.PackProgress{Spec: e.Spec})
	}
	p := &(*packs)[i]
	p.Stage, p.Status, p.Done, p.Total = e.Stage, string(e.Kind), e.Done, e.Total
	if e.Kind == pack.EventClosed {
		p.Status = string(e.Status)
	}
	if e.Pack != "" {
		p.Ref, p.Version = e.Pack, e.Version.String()
	}
}
