package batch_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/batch"
)

// recorder collects events as lines.
type recorder struct{ lines []string }

func (r *recorder) observe(_ context.Context, e pack.Event) {
	words := []string{e.Spec, string(e.Kind), string(e.Stage), string(e.Status), string(e.Code), e.Message}
	r.lines = append(r.lines, strings.Join(strings.Fields(strings.Join(words, " ")), " "))
}

func TestEachItemEndsWithOneClosingEvent(t *testing.T) {
	t.Parallel()
	var r recorder
	b := batch.New(r.observe)
	good, bad := &batch.Item{Spec: "good"}, &batch.Item{At: 1, Spec: "bad"}
	b.Run(t.Context(), good, pack.StageTests, func() error { return nil })
	b.Warn(t.Context(), good, "odd\nthing")
	b.Warn(t.Context(), good, "%s", "")
	b.Run(t.Context(), bad, pack.StageDependencies, func() error {
		bad.Stage = pack.StageLoad
		return pack.Errorf(pack.CodeNotFound, "missing")
	})
	b.Close(t.Context(), good)
	b.Close(t.Context(), bad)
	want := []string{
		"good started tests", "good finished tests", "good warning tests odd thing",
		"bad started dependencies", "bad failed dependencies not_found",
		"good closed tests done", "bad closed load failed not_found",
	}
	if diff := cmp.Diff(want, r.lines); diff != "" {
		t.Errorf("events (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]pack.Warning{{Spec: "good", Stage: pack.StageTests, Message: "odd thing"}}, b.Warnings()); diff != "" {
		t.Errorf("warnings (-want +got)\n%s", diff)
	}
}

func TestPanicsMakeTheItemFail(t *testing.T) {
	t.Parallel()
	b, it := batch.New(nil), &batch.Item{}
	if b.Run(t.Context(), it, pack.StageTests, func() error { panic("at the disco") }) || pack.CodeOf(it.Err) != pack.CodeIO {
		t.Errorf("got %v", it.Err)
	}
}

func TestPanicOfTheObserver(t *testing.T) {
	t.Parallel()
	calls := 0
	b := batch.New(func(context.Context, pack.Event) { calls++; panic("observer") })
	it := &batch.Item{Spec: "good"}
	if !b.Run(t.Context(), it, pack.StageTests, func() error { return nil }) || calls != 1 {
		t.Errorf("item failed with %v after %d calls", it.Err, calls)
	}
	if ws := b.Warnings(); len(ws) != 1 || !strings.Contains(ws[0].Message, "observer") {
		t.Errorf("got warnings %+v", ws)
	}
}

func TestCancelledItemsFailWithTheCause(t *testing.T) {
	t.Parallel()
	cause := pack.Errorf(pack.CodeTimeout, "too late")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	b, it := batch.New(nil), &batch.Item{At: 3, Spec: "late"}
	b.Run(ctx, it, pack.StageTests, func() error { t.Error("it ran"); return nil })
	failures := batch.Failures([]*batch.Item{it}, func(it *batch.Item) *batch.Item { return it })
	if len(failures) != 1 || failures[0].Item != 3 || failures[0].Code != pack.CodeTimeout {
		t.Errorf("got %+v", failures)
	}
	err := batch.Err(ctx, "test packs", failures)
	var items *pack.BatchError
	if !errors.Is(err, cause) || errors.As(err, &items) {
		t.Errorf("got %v", err)
	}
	if err := batch.Err(t.Context(), "test packs", failures); !errors.As(err, &items) {
		t.Errorf("without a cancelled context: got %v", err)
	}
	if err := batch.Err(ctx, "test packs", nil); err != nil {
		t.Errorf("without failures: got %v", err)
	}
}

func TestEachKeepsTheLimit(t *testing.T) {
	t.Parallel()
	var now, most, all atomic.Int32
	batch.Each(make([]int, 50), 3, func(int) {
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		all.Add(1)
		now.Add(-1)
	})
	if most.Load() > 3 || all.Load() != 50 {
		t.Errorf("%d at a time, %d in all", most.Load(), all.Load())
	}
}

func TestDistinct(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff([]int{0, 2, 3}, batch.Distinct([]string{"a", "A", "b", "c", "B"}, strings.ToLower)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
