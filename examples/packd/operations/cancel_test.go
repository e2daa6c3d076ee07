package operations_test

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/operations"
	"github.com/packtrain/pack/examples/packd/wire"
)

func cancel(t *testing.T, m *operations.Manager, id string) wire.Operation {
	t.Helper()
	o, err := m.Cancel(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestCancel(t *testing.T) {
	t.Parallel()
	run, began, end := blocking()
	m := open(t, operations.Config{Run: run, MaxJobs: 1})
	runs, waits, after := submit(t, m, `1`, ""), submit(t, m, `2`, ""), submit(t, m, `3`, "")
	<-began
	if o := cancel(t, m, waits.ID); o.State != wire.StateCancelled || o.Attempt != 0 {
		t.Errorf("waiting: %+v", o)
	}
	cancel(t, m, runs.ID)
	for range 2 { // the second time nothing changes
		o, events := await(t, m, runs.ID)
		if o.State != wire.StateCancelled || o.Error == nil || o.Error.Code != pack.CodeCancelled {
			t.Errorf("running: %+v, %+v", o, o.Error)
		}
		if last := events[len(events)-1]; last.Kind != wire.EventCancelled || len(events) != 3 {
			t.Errorf("events %+v", events)
		}
		if again := cancel(t, m, runs.ID); again.LastEvent != o.LastEvent {
			t.Errorf("cancelled twice: %+v, then %+v", o, again)
		}
	}
	if next := <-began; next != "3" {
		t.Errorf("%s began", next)
	}
	close(end)
	await(t, m, after.ID)
	if o := cancel(t, m, after.ID); o.State != wire.StateCompleted {
		t.Errorf("too late: %+v", o)
	}
	if _, err := m.Cancel(t.Context(), "x"); !errors.Is(err, pack.ErrNotFound) {
		t.Errorf("unknown: %v", err)
	}
}

// TestCancelSurvivesDeath opens what a process leaves that dies while the work
// that it cancelled has not stopped yet.
func TestCancelSurvivesDeath(t *testing.T) {
	t.Parallel()
	run, began, end := blocking()
	c := operations.Config{Dir: t.TempDir(), Run: run}
	stubborn := c
	stubborn.Run = func(ctx context.Context, w operations.Work, observe pack.EventFunc) (any, error) {
		return run(context.WithoutCancel(ctx), w, observe)
	}
	m := open(t, stubborn)
	id := submit(t, m, `1`, "").ID
	<-began
	if o := cancel(t, m, id); o.State != wire.StateRunning {
		t.Errorf("got %+v", o)
	}
	left := t.TempDir()
	if err := os.CopyFS(left, os.DirFS(c.Dir)); err != nil {
		t.Fatal(err)
	}
	close(end)
	if o, _ := await(t, m, id); o.State != wire.StateCompleted { // it was done already
		t.Errorf("got %+v", o)
	}
	c.Dir = left
	if o, _ := await(t, open(t, c), id); o.State != wire.StateCancelled || o.Attempt != 1 {
		t.Errorf("after the death: %+v", o)
	}
}
