package operations_test

import (
	"context"
	"errors"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/operations"
	"github.com/packtrain/pack/examples/packd/wire"
)

func TestDoSharesTheSlots(t *testing.T) {
	t.Parallel()
	run, began, end := blocking()
	m := open(t, operations.Config{Run: run, MaxJobs: 1})
	type answer struct {
		report any
		err    error
	}
	first := make(chan answer)
	go func() {
		report, err := m.Do(t.Context(), work(`1`))
		first <- answer{report, err}
	}()
	<-began
	id := submit(t, m, `2`, "").ID
	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Do(impatient, work(`3`)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if o, err := m.Get(id); err != nil || o.State != wire.StateQueued {
		t.Errorf("beside other work: %+v, %v", o, err)
	}
	if running, waiting := m.Load(); running != 1 || waiting != 1 {
		t.Errorf("%d running, %d waiting", running, waiting)
	}
	close(end)
	if a := <-first; a.report != "done" || a.err != nil {
		t.Errorf("got %v, %v", a.report, a.err)
	}
	await(t, m, id)
	if list := m.List(operations.Filter{}); len(list) != 1 {
		t.Errorf("recorded: %+v", list)
	}
}

func TestDoEndsWithTheManager(t *testing.T) {
	t.Parallel()
	run, began, _ := blocking()
	m := open(t, operations.Config{Run: run, MaxJobs: 1})
	errs := make(chan error)
	for range 2 { // one runs, one waits
		go func() {
			_, err := m.Do(t.Context(), work(`1`))
			errs <- err
		}()
	}
	<-began
	shut(t, m)
	for range 2 {
		if err := <-errs; !errors.Is(err, operations.ErrClosed) {
			t.Errorf("got %v", err)
		}
	}
}

func TestDoTurnsPanicsIntoErrors(t *testing.T) {
	t.Parallel()
	m := open(t, operations.Config{MaxJobs: 1, Run: func(context.Context, operations.Work, pack.EventFunc) (any, error) { panic("x") }})
	for range 2 { // the slot is free again
		if report, err := m.Do(t.Context(), work(`1`)); report != nil || err == nil {
			t.Errorf("got %v, %v", report, err)
		}
	}
}
