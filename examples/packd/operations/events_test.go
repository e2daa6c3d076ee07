package operations_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/operations"
	"github.com/packtrain/pack/examples/packd/wire"
)

// talking returns work that emits n events, each once it may.
func talking(n int, may <-chan struct{}) operations.RunFunc {
	return func(ctx context.Context, _ operations.Work, observe pack.EventFunc) (any, error) {
		for i := range n {
			<-may
			observe(ctx, pack.Event{Kind: pack.EventWarning, Message: fmt.Sprint(i)})
		}
		return nil, nil
	}
}

func always() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

// TestReadersThatComeBackMissNothing reads with many readers that stop after
// some events and continue after the last one they saw, while the work goes on.
func TestReadersThatComeBackMissNothing(t *testing.T) {
	t.Parallel()
	const n = 300
	may := make(chan struct{})
	m := open(t, operations.Config{Run: talking(n, may)})
	id := submit(t, m, `1`, "").ID
	var readers sync.WaitGroup
	got := make([][]wire.Event, 8)
	for i := range got {
		readers.Go(func() {
			random := rand.New(rand.NewPCG(uint64(i), 1))
			for len(got[i]) < n+3 {
				stop := len(got[i]) + 1 + random.IntN(20)
				for e, err := range m.Events(t.Context(), id, uint64(len(got[i]))) {
					if err != nil {
						t.Error(err)
						return
					}
					if got[i] = append(got[i], e); len(got[i]) == stop {
						break
					}
				}
			}
		})
	}
	for range n {
		may <- struct{}{}
	}
	readers.Wait()
	_, want := await(t, m, id)
	if lines(t, want); len(want) != n+3 {
		t.Fatalf("%d events", len(want))
	}
	for i := range got {
		if diff := cmp.Diff(want, got[i]); diff != "" {
			t.Errorf("reader %d (-want +got)\n%s", i, diff)
		}
	}
	for e, err := range m.Events(t.Context(), id, n+3) {
		t.Errorf("after the end: %+v, %v", e, err)
	}
}

// TestReaderThatDoesNotReadSlowsNobody has a reader stop at the first event
// until the work is over and others have read all.
func TestReaderThatDoesNotReadSlowsNobody(t *testing.T) {
	t.Parallel()
	const n = 5000
	m := open(t, operations.Config{Run: talking(n, always())})
	id := submit(t, m, `1`, "").ID
	reads, goOn, slow := make(chan struct{}), make(chan struct{}), make(chan int)
	go func() {
		seen := 0
		for _, err := range m.Events(t.Context(), id, 0) {
			if seen == 0 {
				close(reads)
				<-goOn
			}
			if err != nil {
				t.Error(err)
				break
			}
			seen++
		}
		slow <- seen
	}()
	<-reads
	if o, events := await(t, m, id); o.State != wire.StateCompleted || len(events) != n+3 {
		t.Errorf("%d events of %+v", len(events), o)
	}
	close(goOn)
	if seen := <-slow; seen != n+3 {
		t.Errorf("the slow reader saw %d events", seen)
	}
}

// TestManyReadersShareOneFile follows one operation with 1,000 readers.
func TestManyReadersShareOneFile(t *testing.T) {
	t.Parallel()
	const n, readers = 20, 1000
	may := make(chan struct{})
	c := operations.Config{Dir: t.TempDir(), Run: talking(n, may)}
	m := open(t, c)
	id := submit(t, m, `1`, "").ID
	var began, ended sync.WaitGroup
	began.Add(readers)
	for range readers {
		ended.Go(func() {
			var last uint64
			for e, err := range m.Events(t.Context(), id, 0) {
				if err != nil || e.Seq != last+1 {
					t.Errorf("%d after %d: %v", e.Seq, last, err)
				}
				if last = e.Seq; last == 1 {
					began.Done()
				}
			}
			if last != n+3 {
				t.Errorf("ended with %d", last)
			}
		})
	}
	began.Wait()
	if open := descriptors(t, c.Dir); open != 1 {
		t.Errorf("%d descriptors are open", open)
	}
	for range n {
		may <- struct{}{}
	}
	ended.Wait()
	shut(t, m)
	if open := descriptors(t, c.Dir); open != 0 {
		t.Errorf("%d descriptors are open in the end", open)
	}
}

// descriptors counts this process's open logs below dir.
func descriptors(t *testing.T, dir string) int {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc")
	}
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range entries {
		if target, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil && strings.HasPrefix(target, dir+"/") && filepath.Base(target) == "events.ndjson" {
			n++
		}
	}
	return n
}

func TestReadersEnd(t *testing.T) {
	t.Parallel()
	run, began, _ := blocking()
	m := open(t, operations.Config{Run: run})
	id := submit(t, m, `1`, "").ID
	<-began
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	for e, err := range m.Events(ctx, id, 0) {
		if last = err; e.Kind == wire.EventRunning {
			cancel()
		}
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("cancelled: %v", last)
	}
	for e, err := range m.Events(t.Context(), id, 0) {
		if last = err; e.Kind == wire.EventRunning {
			shut(t, m)
		}
	}
	if !errors.Is(last, operations.ErrClosed) {
		t.Errorf("closed: %v", last)
	}
	for _, err := range m.Events(t.Context(), "x", 0) {
		if pack.CodeOf(err) != pack.CodeNotFound {
			t.Errorf("unknown: %v", err)
		}
	}
}

func TestProgressIsBounded(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 10<<10)
	m := open(t, operations.Config{Run: func(ctx context.Context, _ operations.Work, observe pack.EventFunc) (any, error) {
		start := time.Now()
		for i := range 8 { // the last one 700 ms after the first
			for _, spec := range []string{"a", "b"} {
				observe(ctx, pack.Event{Kind: pack.EventProgress, Stage: pack.StageDownload, Spec: spec, Time: start.Add(time.Duration(i) * 100 * time.Millisecond), Done: int64(i)})
			}
		}
		for i := range 12_000 {
			observe(ctx, pack.Event{Kind: pack.EventProgress, Stage: pack.StageTests, Spec: "a", Time: start.Add(time.Duration(i) * time.Second), Done: int64(i)})
		}
		observe(ctx, pack.Event{Kind: pack.EventFailed, Stage: pack.StageTests, Spec: "a", Err: long})
		return nil, nil
	}})
	o, events := await(t, m, submit(t, m, `1`, "").ID)
	lines(t, events)
	var done []int64
	for _, e := range events {
		if e.Stage == pack.StageDownload && e.Spec == "a" {
			done = append(done, e.Done)
		}
	}
	if diff := cmp.Diff([]int64{0, 3, 6}, done); diff != "" {
		t.Errorf("progress that is logged (-want +got)\n%s", diff)
	}
	if len(events) != 10_000+2 {
		t.Errorf("%d events", len(events))
	}
	if failed := events[len(events)-2]; failed.Kind != pack.EventFailed || len(failed.Err) > 5<<10 {
		t.Errorf("the outcome is %.100v", failed)
	}
	if want := "b"; len(o.Progress) != 2 || o.Progress[1].Spec != want || o.Progress[1].Done != 7 {
		t.Errorf("last news %+v", o.Progress)
	}
}

// TestEventsAreBounded has work that warns without end: readers see that
// events are missing, and how the work ended.
func TestEventsAreBounded(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("x", 4<<10)
	c := operations.Config{Dir: t.TempDir(), Run: func(ctx context.Context, _ operations.Work, observe pack.EventFunc) (any, error) {
		for range 3000 { // 12 MB
			observe(ctx, pack.Event{Kind: pack.EventWarning, Message: text})
		}
		observe(ctx, pack.Event{Kind: pack.EventFinished, Stage: pack.StageTests, Spec: "a"})
		return nil, nil
	}}
	m := open(t, c)
	o, events := await(t, m, submit(t, m, `1`, "").ID)
	lines(t, events)
	if info, err := os.Stat(filepath.Join(c.Dir, o.ID, "events.ndjson")); err != nil || info.Size() > 9<<20 || info.Size() < 7<<20 {
		t.Errorf("got %v, %v", info, err)
	}
	missing := events[len(events)-2]
	if missing.Kind != pack.EventWarning || !strings.Contains(missing.Message, "left out") || events[len(events)-1].Kind != wire.EventCompleted {
		t.Errorf("the last events are %.200v", events[len(events)-2:])
	}
	if len(o.Progress) != 1 || o.Progress[0].Status != string(pack.EventFinished) {
		t.Errorf("the last news is %+v", o.Progress)
	}
}
