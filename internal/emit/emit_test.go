package emit_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/emit"
)

func TestEmitNumbersConcurrentEventsWithoutGaps(t *testing.T) {
	t.Parallel()
	var got []uint64
	e := emit.New(func(_ context.Context, ev pack.Event) { got = append(got, ev.Seq) })
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() { e.Emit(t.Context(), pack.Event{}) })
	}
	wg.Wait()
	for i, seq := range got {
		if seq != uint64(i+1) {
			t.Fatalf("event %d has number %d", i, seq)
		}
	}
	if len(got) != 50 {
		t.Errorf("got %d events, want 50", len(got))
	}
}

func TestFinishTellsTheFailure(t *testing.T) {
	t.Parallel()
	var got pack.Event
	e := emit.New(func(_ context.Context, ev pack.Event) { got = ev })
	e.Finish(t.Context(), pack.Event{}, pack.Errorf(pack.CodeBusy, "locked"))
	if got.Kind != pack.EventFailed || got.Err != "locked" || got.Code != pack.CodeBusy {
		t.Errorf("got %+v", got)
	}
	e.Finish(t.Context(), pack.Event{}, nil)
	if got.Kind != pack.EventFinished || got.Err != "" {
		t.Errorf("got %+v", got)
	}
}

func TestNilEmitterDrops(t *testing.T) {
	t.Parallel()
	emit.New(nil).Finish(t.Context(), pack.Event{}, errors.New("x"))
}
