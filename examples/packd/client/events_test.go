package client_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/client"
)

// wantAll reads the events of "op" after the given one and wants each once, in
// order and as it is, up to the last.
func wantAll(t *testing.T, c *client.Client, op *fakeOperation, after uint64) {
	t.Helper()
	next := after
	for e, err := range c.Events(t.Context(), "op", after) {
		if err != nil {
			t.Fatalf("after event %d: %v", next, err)
		}
		if next++; e != op.events[next-1] {
			t.Fatalf("got %+v, want %+v", e, op.events[next-1])
		}
	}
	if last := op.get().LastEvent; next != last {
		t.Errorf("the last event was %d, want %d", next, last)
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	op := newOperation(20)
	c := connect(t, op.ServeHTTP)
	wantAll(t, c, op, 0)
	wantAll(t, c, op, 15)
	wantAll(t, c, op, 21) // nothing, and no end of waiting
	n := 0
	for range c.Events(t.Context(), "op", 0) {
		if n++; n == 3 {
			break
		}
	}
	if n != 3 {
		t.Errorf("got %d events", n)
	}
}

// TestEventsThroughACutConnection cuts every connection after some bytes, so that
// every byte of the stream is the last of some connection.
func TestEventsThroughACutConnection(t *testing.T) {
	t.Parallel()
	op := newOperation(3)
	longest := len(op.text(0)) / 4 // one event with its comment, at most
	var connections atomic.Int64
	c := connect(t, func(w http.ResponseWriter, r *http.Request) {
		text := op.text(lastEventID(r))
		if n := longest + int(connections.Add(1))%longest; isEvents(r) && n < len(text) {
			_, _ = w.Write(text[:n])
			_ = http.NewResponseController(w).Flush()
			hangUp()
		}
		op.ServeHTTP(w, r)
	})
	for range longest / 2 {
		wantAll(t, c, op, 0)
	}
	if n := connections.Load(); n < int64(longest) {
		t.Errorf("only %d connections", n)
	}
}

// TestEventsOfAnOddServer wants nothing lost and nothing twice of servers that
// do not do what they should.
func TestEventsOfAnOddServer(t *testing.T) {
	t.Parallel()
	op := newOperation(5)
	first := func(h func(w http.ResponseWriter, r *http.Request)) http.HandlerFunc {
		var done atomic.Bool
		return func(w http.ResponseWriter, r *http.Request) {
			if isEvents(r) && !done.Swap(true) {
				h(w, r)
				return
			}
			op.ServeHTTP(w, r)
		}
	}
	upTo := func(mark string) []byte {
		text, _, _ := strings.Cut(string(op.text(0)), mark)
		return []byte(text)
	}
	var begun atomic.Bool
	tests := map[string]http.HandlerFunc{
		"begins at the beginning": func(w http.ResponseWriter, r *http.Request) {
			if isEvents(r) && !begun.Swap(true) {
				_, _ = w.Write(upTo("id: 4\n"))
				return
			}
			r.Header.Del("Last-Event-ID")
			op.ServeHTTP(w, r)
		},
		"ends within an event": first(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(upTo(`"stage"`)) }),
		"leaves one out": first(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(append(upTo("id: 2\n"), op.text(2)...))
		}),
		"is not ready":  first(func(w http.ResponseWriter, _ *http.Request) { refuse(w, http.StatusServiceUnavailable, "", "wait") }),
		"has no time":   first(func(w http.ResponseWriter, _ *http.Request) { refuse(w, http.StatusTooManyRequests, "", "wait") }),
		"says nothing":  first(func(http.ResponseWriter, *http.Request) {}),
		"has no more":   first(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }),
		"falls silent":  first(func(w http.ResponseWriter, r *http.Request) { silent(w, r, upTo("id: 4\n")) }),
		"never answers": first(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }),
	}
	for name, h := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(h)
			t.Cleanup(server.Close)
			wantAll(t, newClient(t, client.Config{URL: server.URL, Idle: 100 * time.Millisecond}), op, 0)
		})
	}
}

// silent sends a beginning and then nothing, and does not end either.
func silent(w http.ResponseWriter, r *http.Request, text []byte) {
	_, _ = w.Write(text)
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

func TestEventsEndWithAnError(t *testing.T) {
	t.Parallel()
	done, cancel := context.WithCancel(t.Context())
	cancel()
	tests := map[string]struct {
		ctx     context.Context
		handler http.HandlerFunc
		want    error
	}{
		"unknown":     {t.Context(), func(w http.ResponseWriter, _ *http.Request) { refuse(w, 404, pack.CodeNotFound, "unknown") }, pack.ErrNotFound},
		"unreachable": {t.Context(), func(http.ResponseWriter, *http.Request) { hangUp() }, pack.ErrUnavailable},
		"no event":    {t.Context(), func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("data: {\n\n")) }, pack.ErrMalformed},
		"long line":   {t.Context(), func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 2<<20)) }, pack.ErrLimit},
		"long event": {t.Context(), func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil { // without an end
				_, _ = w.Write([]byte("data: " + strings.Repeat("x", 1<<10) + "\n"))
			}
		}, pack.ErrLimit},
		"cancelled": {done, func(w http.ResponseWriter, _ *http.Request) { t.Error("asked") }, context.Canceled},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(tt.handler)
			t.Cleanup(server.Close)
			c := newClient(t, client.Config{URL: server.URL, ReconnectFor: time.Nanosecond})
			var errs []error
			for _, err := range c.Events(tt.ctx, "op", 0) {
				errs = append(errs, err)
			}
			if len(errs) != 1 || !errors.Is(errs[0], tt.want) {
				t.Errorf("got %v, want %v", errs, tt.want)
			}
		})
	}
}
