package operations

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// A gate lets a number of callers in at once. Others wait in the order of
// their arrival, and are refused if the line is too long.
type gate struct {
	mu     sync.Mutex
	places int
	free   int       // places that are not taken
	length int       // of the line, at most
	line   list.List // of *ticket
	mean   time.Duration
}

// A ticket is a place inside or in the line.
type ticket struct {
	gate *gate
	turn chan struct{} // closed once the place is inside
	at   *list.Element // nil once the place is inside
	in   time.Time
}

func newGate(places, length int) *gate {
	return &gate{places: places, free: places, length: length}
}

// join takes the next place, inside when one is free, unless the line is too
// long and the caller does not insist. Every ticket is given back with leave.
func (g *gate) join(insist bool) (*ticket, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	t := &ticket{gate: g, turn: make(chan struct{})}
	switch {
	case g.free > 0:
		g.free--
		t.enter()
	case g.line.Len() >= g.length && !insist:
		return nil, &FullError{RetryAfter: g.retryAfter()}
	default:
		t.at = g.line.PushBack(t)
	}
	return t, nil
}

func (t *ticket) enter() {
	t.at, t.in = nil, time.Now()
	close(t.turn)
}

// wait returns once the place is inside, or with an error when ctx ends, or the
// manager or the caller gives up before.
func (t *ticket) wait(ctx context.Context, closing, cancelled <-chan struct{}) error {
	select {
	case <-t.turn:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-closing:
		return ErrClosed
	case <-cancelled:
		return errCancelled
	}
}

// leave gives the place to the next in line.
func (t *ticket) leave() {
	g := t.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	if t.at != nil {
		g.line.Remove(t.at)
		return
	}
	g.mean += (time.Since(t.in) - g.mean) / 4
	next := g.line.Front()
	if next == nil {
		g.free++
		return
	}
	g.line.Remove(next).(*ticket).enter()
}

// retryAfter estimates, from how long the last ones stayed, when there is room in
// the line again: between a second and a minute.
func (g *gate) retryAfter() time.Duration {
	return min(max(g.mean/time.Duration(g.places), time.Second), time.Minute)
}

// load returns how many are inside and how many wait.
func (g *gate) load() (inside, waiting int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.places - g.free, g.line.Len()
}
