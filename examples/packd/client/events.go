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
		f := &follower{client: c, path: path + "/events", last: after}
		f.take = func(data []byte) error { return f.takeEvent(data, yield) }
		f.settle = func(ctx context.Context) error { return f.settleOperation(ctx, id) }
		if err := f.follow(ctx); err != nil {
			yield(wire.Event{}, err)
		}
	}
}

// A follower reads numbered events through as many connections as it takes.
type follower struct {
	client *Client
	path   string
	last   uint64 // the number of the last event that was yielded
	over   bool   // nothing follows, or the caller stopped
	// take yields an event, or skips it if it was yielded before.
	take func(data []byte) error
	// settle is called when a stream ended without events.
	settle func(ctx context.Context) error
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
		data, err := s.next()
		switch {
		case errors.Is(err, io.EOF):
			return io.EOF
		case err != nil && pack.CodeOf(err) == "" || ctx.Err() != nil:
			return f.client.unreachable(ctx, err)
		case err != nil:
			return err
		}
		if err := f.take(data); err != nil || f.over {
			return err
		}
	}
}

// takeEvent yields an event of an operation, whose numbers have no gaps.
func (f *follower) takeEvent(data []byte, yield func(wire.Event, error) bool) error {
	e, err := parse[wire.Event](data)
	switch {
	case err != nil || e.Seq <= f.last:
		return err
	case e.Seq > f.last+1:
		return &pack.UnavailableError{Target: "server", Temporary: true, Err: fmt.Errorf("event %d comes after event %d", e.Seq, f.last)}
	}
	f.last = e.Seq
	f.over = !yield(e, nil) || final(e)
	return nil
}

func final(e wire.Event) bool {
	return e.Kind == wire.EventCompleted || e.Kind == wire.EventFailed || e.Kind == wire.EventCancelled
}

// settleOperation finds out whether a stream without events was one because the
// operation is over.
func (f *follower) settleOperation(ctx context.Context, id string) error {
	op, err := f.client.Operation(ctx, id)
	if err == nil {
		f.over = op.State.Final() && op.LastEvent <= f.last
	}
	return err
}
