package operations_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/operations"
	"github.com/packtrain/pack/examples/packd/wire"
)

// open opens a manager that the test closes, should it not do so itself.
func open(t testing.TB, c operations.Config) *operations.Manager {
	t.Helper()
	if c.Dir == "" {
		c.Dir = t.TempDir()
	}
	m, err := operations.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, m) })
	return m
}

// shut closes a manager at once: what runs is interrupted.
func shut(t testing.TB, m *operations.Manager) {
	t.Helper()
	now, cancel := context.WithCancel(context.Background())
	cancel()
	if err := m.Close(now); err != nil {
		t.Error(err)
	}
}

func work(body string) operations.Work {
	return operations.Work{Kind: wire.KindInstall, Body: json.RawMessage(body)}
}

func submit(t testing.TB, m *operations.Manager, body, key string) wire.Operation {
	t.Helper()
	o, err := m.Submit(t.Context(), work(body), key)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// await reads the events of an operation to their end, and returns it then.
func await(t testing.TB, m *operations.Manager, id string) (wire.Operation, []wire.Event) {
	t.Helper()
	var events []wire.Event
	for e, err := range m.Events(t.Context(), id, 0) {
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	o, err := m.Get(id)
	if err != nil {
		t.Fatal(err)
	}
	return o, events
}

// lines shows events as text, and fails when their numbers have a gap.
func lines(t testing.TB, events []wire.Event) []string {
	t.Helper()
	var ls []string
	for i, e := range events {
		if e.Seq != uint64(i+1) {
			t.Errorf("event %d has number %d", i+1, e.Seq)
		}
		ls = append(ls, strings.TrimSpace(strings.Join([]string{string(e.Kind), string(e.Stage), e.Spec, e.Message, e.Err}, " ")))
	}
	return ls
}

// blocking returns work that says when it began and waits until it may end, or
// ctx ends.
func blocking() (run operations.RunFunc, began chan string, end chan struct{}) {
	began, end = make(chan string, 100), make(chan struct{})
	return func(ctx context.Context, w operations.Work, _ pack.EventFunc) (any, error) {
		began <- string(w.Body)
		select {
		case <-end:
			return "done", nil
		case <-ctx.Done():
			return nil, fmt.Errorf("work: %w", ctx.Err())
		}
	}, began, end
}

func TestWorkIsDoneAndReported(t *testing.T) {
	t.Parallel()
	m := open(t, operations.Config{Run: func(ctx context.Context, w operations.Work, observe pack.EventFunc) (any, error) {
		observe(ctx, pack.Event{Seq: 77, Kind: pack.EventStarted, Stage: pack.StageDownload, Spec: "a"})
		observe(ctx, pack.Event{Kind: pack.EventFinished, Stage: pack.StageDownload, Spec: "a", Pack: "aa"})
		observe(ctx, pack.Event{Kind: pack.EventFailed, Stage: pack.StageDownload, Spec: "b", Err: "gone"})
		return map[string]any{"asked": w.Body}, pack.NewBatchError([]pack.Failure{{Spec: "b", Message: "gone"}})
	}})
	o, events := await(t, m, submit(t, m, `{"packs": ["a", "b"]}`, "").ID)
	want := []string{"queued", "running", "started download a", "finished download a", "failed download b  gone", "completed"}
	if diff := cmp.Diff(want, lines(t, events)); diff != "" {
		t.Errorf("events (-want +got)\n%s", diff)
	}
	if o.State != wire.StateCompleted || o.Attempt != 1 || o.LastEvent != 6 || o.Error != nil || o.Started == nil || o.Finished == nil {
		t.Errorf("got %+v", o)
	}
	if got := string(o.Report); got != `{"asked":{"packs":["a","b"]}}` {
		t.Errorf("report %s", got)
	}
	progress := []wire.PackProgress{
		{Spec: "a", Ref: "aa", Stage: pack.StageDownload, Status: string(pack.EventFinished)},
		{Spec: "b", Stage: pack.StageDownload, Status: string(pack.EventFailed)},
	}
	if diff := cmp.Diff(progress, o.Progress); diff != "" {
		t.Errorf("progress (-want +got)\n%s", diff)
	}
}

func TestFailuresAreReported(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		run  operations.RunFunc
		want wire.OperationError
	}{
		"error": {
			func(context.Context, operations.Work, pack.EventFunc) (any, error) {
				return "a part", pack.Errorf(pack.CodePolicyDenied, "no")
			},
			wire.OperationError{Error: "no", Code: pack.CodePolicyDenied},
		},
		"panic": {
			func(context.Context, operations.Work, pack.EventFunc) (any, error) { panic("a\nb") },
			wire.OperationError{Error: `the work panicked: "a\nb"`},
		},
		"report that is not JSON": {
			func(context.Context, operations.Work, pack.EventFunc) (any, error) { return func() {}, nil },
			wire.OperationError{Error: "marshal report: json: unsupported type: func()"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := open(t, operations.Config{Run: tc.run})
			o, events := await(t, m, submit(t, m, `1`, "").ID)
			if o.State != wire.StateFailed || o.Error == nil || !cmp.Equal(*o.Error, tc.want) {
				t.Errorf("got %+v, error %+v", o, o.Error)
			}
			if last := events[len(events)-1]; last.Kind != wire.EventFailed || last.Err != tc.want.Error || last.Code != tc.want.Code {
				t.Errorf("last event %+v", last)
			}
		})
	}
}

func TestKeyNamesOneOperation(t *testing.T) {
	t.Parallel()
	run, began, end := blocking()
	c := operations.Config{Dir: t.TempDir(), Run: run}
	m := open(t, c)
	first := submit(t, m, `{"a":"s@>=1&<2"}`, "k")
	if again := submit(t, m, `{ "a": "s@>=1&<2" }`, "k"); again.ID != first.ID {
		t.Errorf("the same key gave %s and %s", first.ID, again.ID)
	}
	if other := submit(t, m, `{"a":"s@>=1&<2"}`, ""); other.ID == first.ID {
		t.Error("work without a key was taken for the same")
	}
	<-began
	close(end)
	await(t, m, first.ID)
	shut(t, m)

	m = open(t, c)
	if again := submit(t, m, `{"a":"s@>=1&<2"}`, "k"); again.ID != first.ID || again.State != wire.StateCompleted {
		t.Errorf("after a restart the same key gave %+v", again)
	}
	for _, w := range []operations.Work{work(`{"a":2}`), {Kind: wire.KindBuild, Body: json.RawMessage(`{"a":"s@>=1&<2"}`)}} {
		if _, err := m.Submit(t.Context(), w, "k"); pack.CodeOf(err) != pack.CodeConflict {
			t.Errorf("other work with the same key: %v", err)
		}
	}
}

func TestTooMuchWorkIsSentAway(t *testing.T) {
	t.Parallel()
	run, began, end := blocking()
	m := open(t, operations.Config{Run: run, MaxJobs: 1, MaxQueue: 1})
	runs := submit(t, m, `1`, "")
	<-began
	waits := submit(t, m, `2`, "")
	_, err := m.Submit(t.Context(), work(`3`), "k")
	full, ok := errors.AsType[*operations.FullError](err)
	if !ok || full.RetryAfter <= 0 || pack.CodeOf(err) != pack.CodeBusy || !errors.Is(err, pack.ErrBusy) {
		t.Errorf("got %v", err)
	}
	if _, err := m.Do(t.Context(), work(`4`)); pack.CodeOf(err) != pack.CodeBusy {
		t.Errorf("got %v", err)
	}
	close(end)
	for _, id := range []string{runs.ID, waits.ID} {
		if o, _ := await(t, m, id); o.State != wire.StateCompleted {
			t.Errorf("got %+v", o)
		}
	}
	if o := submit(t, m, `3`, "k"); o.ID == "" {
		t.Error("the key is taken by work that was sent away")
	}
}

func TestDirectoryBelongsToOne(t *testing.T) {
	t.Parallel()
	run, _, _ := blocking()
	c := operations.Config{Dir: t.TempDir(), Run: run}
	m := open(t, c)
	if _, err := operations.Open(t.Context(), c); pack.CodeOf(err) != pack.CodeBusy {
		t.Errorf("got %v", err)
	}
	shut(t, m)
	open(t, c)
}

func TestStrangersAreLeftAlone(t *testing.T) {
	t.Parallel()
	run, _, _ := blocking()
	c := operations.Config{Dir: t.TempDir(), Run: run}
	names := []string{"notes", "0123456789abcdef-abcdefghijkl", "0123456789abcdef-bbcdefghijkl"}
	for _, name := range names {
		if err := os.Mkdir(filepath.Join(c.Dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	torn := filepath.Join(c.Dir, names[2], "operation.json")
	if err := os.WriteFile(torn, []byte(`{"format":1,"id":"0123`), 0o600); err != nil {
		t.Fatal(err)
	}
	m := open(t, c)
	if list := m.List(operations.Filter{}); len(list) != 0 {
		t.Errorf("got %+v", list)
	}
	for _, name := range names {
		if _, err := os.Stat(filepath.Join(c.Dir, name)); err != nil {
			t.Error(err)
		}
	}
}

func TestNothingFollowsTheEnd(t *testing.T) {
	t.Parallel()
	late := make(chan pack.EventFunc, 1)
	m := open(t, operations.Config{Run: func(_ context.Context, _ operations.Work, observe pack.EventFunc) (any, error) {
		late <- observe
		return nil, nil
	}})
	id := submit(t, m, `1`, "").ID
	_, before := await(t, m, id)
	(<-late)(t.Context(), pack.Event{Kind: pack.EventWarning, Message: "too late"})
	if _, after := await(t, m, id); len(after) != len(before) {
		t.Errorf("got %+v", after[len(before):])
	}
}
