package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strconv"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/wire"
)

// Events yields the events of an operation after the given one, 0 for all: past and
// future ones, each once and in order, until the operation is over. If the
// connection breaks, it reconnects and continues after the last event. It yields an
// error, and ends, when ctx ends, when the server refuses the request, or when the
// server could not be reached for [Config.ReconnectFor].
func (c *Client) Events(ctx context.Context, id string, after uint64) iter.Seq2[wire.Event, error] {
	return func(yield func(wire.Event, error) bool) {
		path, err := operationPath(id)
		if err != nil {
			yield(wire.Event{}, err)
			return
		}
		f := &follower{client: c, id: id, path: path + "/events", last: after, yield: yield}
		if err := f.follow(ctx); err != nil {
			yield(wire.Event{}, err)
		}
	}
}

// A follower reads the events of one operation through as many connections as
// it takes.
type follower struct {
	client *Client
	id     string
	path   string
	last   uint64 // the number of the last event that was yielded
	yield  func(wire.Event, error) bool
	over   bool // nothing follows, or the caller stopped
}

func (f *follower) follow(ctx context.Context) error {
	reached := time.Now()
	for attempt := 1; ; attempt++ {
		before := f.last
		err := f.connect(ctx)
		if f.over {
			return nil
		}
		if f.last > before {
			attempt, reached = 1, time.Now()
		}
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil && !temporary(err):
			return err
		case err != nil && time.Since(reached) > f.client.config.ReconnectFor:
			return err
		}
		if err := f.client.pause(ctx, attempt, err); err != nil {
			return err
		}
	}
}

// connect yields the events of one connection. A broken connection is a temporary
// error; without an error, there are no more events at the moment.
func (f *follower) connect(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	idle := f.client.config.Idle
	dead := time.AfterFunc(idle, func() { cancel(errSilent) })
	defer dead.Stop()
	res, err := f.client.open(ctx, f.request())
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	before := f.last
	err = f.read(ctx, newStream(res.Body, func() { dead.Reset(idle) }))
	if errors.Is(err, io.EOF) {
		err = nil
		if f.last == before {
			err = f.settle(ctx)
		}
	}
	return err
}

// errSilent is why a silent connection is closed.
var errSilent = &pack.UnavailableError{Target: "server", Temporary: true, Err: errors.New("there is no sign of life")}

func (f *follower) request() call {
	x := get(f.path)
	x.header = http.Header{"Accept": {"text/event-stream"}, "Last-Event-Id": {strconv.FormatUint(f.last, 10)}}
	return x
}

// read yields the events of one stream. At its end it returns [io.EOF].
func (f *follower) read(ctx context.Context, s *stream) error {
	for {
		e, err := s.next()
		switch {
		case errors.Is(err, io.EOF):
			return io.EOF
		case err != nil && pack.CodeOf(err) == "" || ctx.Err() != nil:
			return f.client.unreachable(ctx, err)
		case err != nil:
			return err
		case e.Seq <= f.last:
			continue
		case e.Seq > f.last+1:
			return f.missing(e)
		}
		f.last = e.Seq
		f.over = !f.yield(e, nil) || final(e)
		if f.over {
			return nil
		}
	}
}

func (f *follower) missing(e wire.Event) error {
	return &pack.UnavailableError{Target: "server", Temporary: true, Err: fmt.Errorf("event %d comes after event %d", e.Seq, f.last)}
}

func final(e wire.Event) bool {
	return e.Kind == wire.EventCompleted || e.Kind == wire.EventFailed || e.Kind == wire.EventCancelled
}

// settle finds out whether a stream without events was one because the operation
// is over.
func (f *follower) settle(ctx context.Context) error {
	op, err := f.client.Operation(ctx, f.id)
	if err == nil {
		f.over = op.State.Final() && op.LastEvent <= f.last
	}
	return err
}
