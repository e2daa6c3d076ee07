package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/client"
	"github.com/packtrain/pack/examples/packd/wire"
)

// report is one with a pack that failed.
func report(t *testing.T) json.RawMessage {
	t.Helper()
	data, err := json.Marshal(wire.InstallReport{Outcomes: []wire.Outcome{
		{Spec: "hello", Ref: "hello", Status: "installed"},
		{Spec: "slack", Ref: "slack", Status: "failed", Failure: &wire.Failure{Stage: pack.StageTests, Fault: wire.Fault{Code: pack.CodeTestsFailed, Message: "1 of 2 failed"}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestInstall(t *testing.T) {
	t.Parallel()
	op := newOperation(7)
	op.op.Report = report(t)
	var got map[string]any
	c := connect(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			got = body(t, r)
		}
		op.ServeHTTP(w, r)
	})
	var events []wire.Event
	python := "3.12"
	rep, err := c.Install(t.Context(), wire.InstallRequest{Packs: []string{"hello", "slack"}, Python: &python, Force: true},
		func(_ context.Context, e wire.Event) { events = append(events, e) })
	wantItem(t, err, pack.Failure{Item: 1, Spec: "slack", Ref: "slack", Stage: pack.StageTests}, "slack: tests: 1 of 2 failed")
	if !errors.Is(err, pack.ErrTests) || !errors.Is(rep.Outcomes[1].Failure.Err, pack.ErrTests) {
		t.Errorf("got %v, %v", err, rep.Outcomes[1].Failure.Err)
	}
	if diff := cmp.Diff(op.events, events); diff != "" {
		t.Errorf("events -want +got:\n%s", diff)
	}
	want := map[string]any{"packs": []any{"hello", "slack"}, "python_version": "3.12", "force": true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("request -want +got:\n%s", diff)
	}
}

// TestInstallEndsBadly wants the error of the operation, and the report when
// there is one.
func TestInstallEndsBadly(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		state  wire.State
		err    *wire.OperationError
		report json.RawMessage
		want   error
	}{
		{wire.StateFailed, &wire.OperationError{Error: "disk is full", Code: pack.CodeIO}, nil, pack.ErrStore},
		{wire.StateFailed, &wire.OperationError{Error: "disk is full", Code: pack.CodeIO}, report(t), pack.ErrStore},
		{wire.StateCancelled, nil, report(t), context.Canceled},
		{wire.StateFailed, nil, nil, pack.ErrMalformed},
		{wire.StateCompleted, nil, json.RawMessage(`[]`), pack.ErrMalformed},
	} {
		op := newOperation(0)
		op.op.State, op.op.Error, op.op.Report = tt.state, tt.err, tt.report
		rep, err := connect(t, op.ServeHTTP).Install(t.Context(), wire.InstallRequest{}, nil)
		if !errors.Is(err, tt.want) || (rep != nil) != (len(tt.report) > 2) {
			t.Errorf("%+v: got %v, %v", tt, rep, err)
		}
	}
}

// TestCancelled ends the context in the middle of an operation, which has to be
// cancelled and awaited.
func TestCancelled(t *testing.T) {
	t.Parallel()
	op := &fakeOperation{op: wire.Operation{ID: "op", State: wire.StateRunning, Report: report(t)}}
	op.add(pack.EventStarted, wire.StateRunning)
	cancelled := make(chan struct{})
	c := connect(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case isEvents(r) && lastEventID(r) == 0:
			silent(w, r, op.text(0))
		case isEvents(r):
			<-cancelled
			op.ServeHTTP(w, r)
		case r.Method == http.MethodPost && r.URL.Path == "/api/v1/operations/op/cancel":
			answer(w, http.StatusAccepted, op.get())
			op.add(pack.EventFailed, wire.StateRunning)
			op.add(wire.EventCancelled, wire.StateCancelled)
			close(cancelled)
		default:
			op.ServeHTTP(w, r)
		}
	})
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("enough")
	var seen []uint64
	rep, err := c.Install(ctx, wire.InstallRequest{}, func(_ context.Context, e wire.Event) {
		seen = append(seen, e.Seq)
		cancel(cause)
	})
	if !errors.Is(err, cause) || rep == nil {
		t.Errorf("got %v, %v", rep, err)
	}
	if diff := cmp.Diff([]uint64{1, 2, 3}, seen); diff != "" {
		t.Errorf("events -want +got:\n%s", diff)
	}
}

// TestCancelledBeforeTheAnswer ends the context while the request is on its way:
// what it began has to be cancelled, too.
func TestCancelledBeforeTheAnswer(t *testing.T) {
	t.Parallel()
	op := newOperation(0)
	ctx, cancel := context.WithCancel(t.Context())
	asked := make(chan string, 10)
	c := connect(t, func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Method + " " + r.URL.Path
		if r.URL.Path == "/api/v1/packs/install" {
			cancel()
		}
		if r.URL.Path == "/api/v1/operations/op/cancel" {
			refuse(w, http.StatusConflict, pack.CodeConflict, "it is over")
			return
		}
		op.ServeHTTP(w, r)
	})
	if _, err := c.Install(ctx, wire.InstallRequest{}, nil); err != nil {
		t.Errorf("it completed nevertheless, but: %v", err)
	}
	if first, second := <-asked, <-asked; first != "POST /api/v1/packs/install" || second != "POST /api/v1/operations/op/cancel" {
		t.Errorf("asked %s, %s", first, second)
	}
	if _, err := c.Install(ctx, wire.InstallRequest{}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that is over: %v", err)
	}
}

// TestGrace wants the call to return although the operation does not end.
func TestGrace(t *testing.T) {
	t.Parallel()
	op := &fakeOperation{op: wire.Operation{ID: "op", State: wire.StateRunning}}
	ctx, cancel := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case isEvents(r):
			cancel()
			<-r.Context().Done()
		case r.Method == http.MethodPost && r.URL.Path != "/api/v1/packs/install":
			answer(w, http.StatusAccepted, op.get())
		default:
			op.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	c := newClient(t, client.Config{URL: server.URL, Grace: 50 * time.Millisecond})
	_, err := c.Install(ctx, wire.InstallRequest{}, nil)
	if !errors.Is(err, context.Canceled) || err.Error() == context.Canceled.Error() {
		t.Errorf("got %v", err)
	}
}
