package operations_test

import (
	"errors"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/client"
	"github.com/packtrain/pack/examples/packd/operations"
)

func cancel(t *testing.T, m *operations.Manager, id string) client.Operation {
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
	if o := cancel(t, m, waits.ID); o.State != client.StateCancelled || o.Attempt != 0 {
		t.Errorf("waiting: %+v", o)
	}
	cancel(t, m, runs.ID)
	for range 2 { // the second time nothing changes
		o, events := await(t, m, runs.ID)
		if o.State != client.StateCancelled || o.Error == nil || o.Error.Code != pack.CodeCancelled {
			t.Errorf("running: %+v, %+v", o, o.Error)
		}
		if last := events[len(events)-1]; last.Kind != client.EventCancelled || len(events) != 3 {
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
	if o := cancel(t, m, after.ID); o.State != client.StateCompleted {
		t.Errorf("too late: %+v", o)
	}
	if _, err := m.Cancel(t.Context(), "x"); !errors.Is(err, pack.ErrNotFound) {
		t.Errorf("unknown: %v", err)
	}
}
