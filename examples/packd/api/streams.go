package api

import (
	"context"
	"sync"
	"time"

	"github.com/packtrain/pack/examples/packd/wire"
)

// StreamLimits bound what readers of events may cost.
type StreamLimits struct {
	Max          int           // streams at a time; 0 means 1024
	PerToken     int           // streams of one token at a time; 0 means 128
	Poll         time.Duration // how often a stream of changes reads the records; 0 means 1 second
	Heartbeat    time.Duration // how often a stream without events shows that it lives; 0 means 15 seconds
	WriteTimeout time.Duration // how long a reader may take to take something; 0 means 10 seconds
}

func (l StreamLimits) withDefaults() StreamLimits {
	if l.Max == 0 {
		l.Max = 1024
	}
	if l.PerToken == 0 {
		l.PerToken = 128
	}
	if l.Poll == 0 {
		l.Poll = time.Second
	}
	if l.Heartbeat == 0 {
		l.Heartbeat = 15 * time.Second
	}
	if l.WriteTimeout == 0 {
		l.WriteTimeout = 10 * time.Second
	}
	return l
}

// streams lets a bounded number of readers follow operations.
type streams struct {
	limits StreamLimits

	mu   sync.Mutex
	all  int
	held map[string]int // by token, none of them 0
}

func newStreams(limits StreamLimits) *streams {
	return &streams{limits: limits.withDefaults(), held: map[string]int{}}
}

// enter takes a place for a token, which leave gives back.
func (s *streams) enter(token string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.held[token] >= s.limits.PerToken:
		p := tooMany("the token has too many streams of events open", streamPause)
		p.Details = map[string]any{"limit": "streams", "max": s.limits.PerToken}
		return p
	case s.all >= s.limits.Max:
		return tooMany("too many streams of events are open", streamPause)
	}
	s.all++
	s.held[token]++
	return nil
}

// streamPause is when it may be worth trying again.
const streamPause = 5 * time.Second

func (s *streams) leave(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all--
	if s.held[token]--; s.held[token] == 0 {
		delete(s.held, token)
	}
}

// An eventWriter is the side of a reader. An error of its ends the stream: the
// reader is gone, or does not read.
type eventWriter interface {
	event(ctx context.Context, e wire.Event) error
	heartbeat(ctx context.Context) error
	// flush sends the written data when no more is available.
	flush(ctx context.Context) error
}

// eventsAhead is how many events of a stream wait for its reader in memory.
const eventsAhead = 16

// follow writes the events of an operation after the given one to w, until the
// last one is written, the reader is gone, or the server is being closed: then
// the error is that of the operation's events.
func (s *Server) follow(ctx context.Context, id string, after uint64, w eventWriter) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	events, ended := make(chan wire.Event, eventsAhead), make(chan error, 1)
	go func() {
		defer close(events)
		ended <- s.read(ctx, id, after, events)
	}()
	beat := time.NewTicker(s.streams.limits.Heartbeat)
	defer beat.Stop()
	for {
		var err error
		select {
		case e, ok := <-events:
			if !ok {
				return <-ended
			}
			beat.Reset(s.streams.limits.Heartbeat)
			err = w.event(ctx, e)
		case <-beat.C:
			err = w.heartbeat(ctx)
		}
		if err == nil && len(events) == 0 {
			err = w.flush(ctx)
		}
		if err != nil {
			return err
		}
	}
}

// read sends the events of an operation until there are no more, or ctx ends.
func (s *Server) read(ctx context.Context, id string, after uint64, events chan<- wire.Event) error {
	for e, err := range s.jobs.Events(ctx, id, after) {
		if err != nil {
			return err
		}
		select {
		case events <- e:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
