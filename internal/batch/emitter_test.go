package batch_test

import (
	"context"
	"sync"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
)

func TestEmitNumbersConcurrentEventsWithoutGaps(t *testing.T) {
	t.Parallel()
	var got []uint64
	e := batch.NewEmitter(func(_ context.Context, ev pack.Event) { got = append(got, ev.Seq) }, nil)
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

func TestNilEmitterDrops(t *testing.T) {
	t.Parallel()
	batch.NewEmitter(nil, nil).Emit(t.Context(), pack.Event{})
}
