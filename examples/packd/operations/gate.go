package operations

import (
	"container/list"
	"context"
	"slices"
	"sync"
	"time"
)

// A gate lets a number of callers in at once. The others wait in lines, one of each
// owner, which take turns, and are refused if too many wait.
//
// No owner can keep the others out for long, however slow its work is: it has half of
// the places at most, and the last free place is for an owner that has none. Of the room
// to wait, an owner has as much as it leaves free.
type gate struct {
	mu     sync.Mutex
	places int
	free   int // places that are not taken
	room   int // how many may wait
	all    int // how many wait
	owners map[string]*line
	turns  []*line // those in which tickets wait, the next one first
	mean   time.Duration
}

// A line is what one owner has.
type line struct {
	owner  string
	inside int
	wait   list.List // of *ticket
}

// A ticket is a place inside or in a line.
type ticket struct {
	gate *gate
	line *line
	turn chan struct{} // closed once the place is inside
	at   *list.Element // nil once the place is inside
	in   time.Time
}

func newGate(places, room int) *gate {
	return &gate{places: places, free: places, room: room, owners: map[string]*line{}}
}

// join takes the next place of an owner, inside when it may have one, unless too many
// wait and the caller does not insist. Every ticket is given back with leave.
func (g *gate) join(owner string, insist bool) (*ticket, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	l := g.owners[owner]
	if l == nil {
		l = &line{owner: owner}
	}
	t := &ticket{gate: g, line: l, turn: make(chan struct{})}
	switch {
	case l.wait.Len() == 0 && g.admits(l):
		g.enter(t)
	case g.isFull(l) && !insist:
		return nil, &FullError{RetryAfter: g.retryAfter()}
	default:
		if l.wait.Len() == 0 {
			g.turns = append(g.turns, l)
		}
		t.at = l.wait.PushBack(t)
		g.all++
	}
	g.owners[owner] = l
	return t, nil
}

// admits reports whether an owner may have one more place inside.
func (g *gate) admits(l *line) bool {
	if l.inside == 0 {
		return g.free > 0
	}
	return g.free > 1 && l.inside < (g.places+1)/2
}

// isFull reports whether an owner may not wait with one more ticket.
func (g *gate) isFull(l *line) bool {
	own := l.wait.Len()
	return g.all >= g.room || own > 0 && own >= g.room-g.all
}

// enter gives a ticket a place inside. The caller has the mutex.
func (g *gate) enter(t *ticket) {
	g.free--
	t.line.inside++
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

// leave gives the place back, and lets in those who may have it.
func (t *ticket) leave() {
	g, l := t.gate, t.line
	g.mu.Lock()
	defer g.mu.Unlock()
	if t.at != nil {
		g.stopWaiting(t)
	} else {
		g.mean += (time.Since(t.in) - g.mean) / 4
		g.free++
		l.inside--
	}
	g.admitNext()
	if l.inside == 0 && l.wait.Len() == 0 {
		delete(g.owners, l.owner)
	}
}

// admitNext lets owners in by turns as long as one that waits may have a place.
func (g *gate) admitNext() {
	for {
		i := slices.IndexFunc(g.turns, g.admits)
		if i < 0 {
			return
		}
		l := g.turns[i]
		t, _ := l.wait.Front().Value.(*ticket)
		g.stopWaiting(t)
		g.enter(t)
		if l.wait.Len() > 0 { // its next turn comes after those of the others
			g.turns = append(slices.Delete(g.turns, i, i+1), l)
		}
	}
}

// stopWaiting takes a ticket out of its line, and an empty line out of the turns.
func (g *gate) stopWaiting(t *ticket) {
	t.line.wait.Remove(t.at)
	g.all--
	if t.line.wait.Len() == 0 {
		g.turns = slices.DeleteFunc(g.turns, func(l *line) bool { return l == t.line })
	}
}

// retryAfter estimates, from how long the last ones stayed, when there is room to wait
// again: between a second and a minute.
func (g *gate) retryAfter() time.Duration {
	return min(max(g.mean/time.Duration(g.places), time.Second), time.Minute)
}

// load returns how many are inside and how many wait.
func (g *gate) load() (inside, waiting int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.places - g.free, g.all
}
