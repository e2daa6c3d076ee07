package sourcetest

import (
	"context"
	"errors"
	"testing"
)

func testCancelledMidway(t testing.TB, h Harness) {
	pin := h.resolve(t)[0]
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	sink := &stopSink{after: func(int) error { cancel(); return nil }}
	err := h.mux.Fetch(ctx, pin, sink)
	if !errors.Is(err, context.Canceled) || sink.puts != 1 {
		t.Errorf("cancelled during the first entry: got %v after %d entries", err, sink.puts)
	}
}

var errSink = errors.New("the sink of sourcetest has failed")

func testSinkFails(t testing.TB, h Harness) {
	pin := h.resolve(t)[0]
	for _, n := range []int{1, 2} {
		sink := &stopSink{after: func(puts int) error {
			if puts < n {
				return nil
			}
			return errSink
		}}
		err := h.mux.Fetch(t.Context(), pin, sink)
		if !errors.Is(err, errSink) || sink.puts != n {
			t.Errorf("the sink failed at entry %d: got %v after %d entries", n, err, sink.puts)
		}
	}
}
