package operations_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/operations"
	"github.com/packtrain/pack/examples/packd/wire"
)

func TestInterruptedWorkIsBegunAgain(t *testing.T) {
	t.Parallel()
	run, began, end := blocking()
	c := operations.Config{Dir: t.TempDir(), Run: run, MaxJobs: 1}
	m := open(t, c)
	runs := submit(t, m, `1`, "")
	waits := submit(t, m, `2`, "")
	<-began
	shut(t, m)
	if o, err := m.Get(runs.ID); err != nil || o.State != wire.StateQueued {
		t.Errorf("interrupted: %+v, %v", o, err)
	}
	if _, err := m.Submit(t.Context(), work(`3`), ""); pack.CodeOf(err) != pack.CodeUnavailable {
		t.Errorf("submit after close: %v", err)
	}

	close(end)
	m = open(t, c)
	o, events := await(t, m, runs.ID)
	want := []string{
		"queued", "running", "queued   interrupted by a restart; attempt 2 of 3 follows",
		"running   attempt 2 of 3", "completed",
	}
	if diff := cmp.Diff(want, lines(t, events)); diff != "" || o.State != wire.StateCompleted || o.Attempt != 2 {
		t.Errorf("got %+v, events (-want +got)\n%s", o, diff)
	}
	o, events = await(t, m, waits.ID)
	want = []string{"queued", "queued   still queued after a restart", "running", "completed"}
	if diff := cmp.Diff(want, lines(t, events)); diff != "" || o.State != wire.StateCompleted || o.Attempt != 1 {
		t.Errorf("got %+v, events (-want +got)\n%s", o, diff)
	}
	if first, second := <-began, <-began; first != "1" || second != "2" {
		t.Errorf("begun in the order %s, %s", first, second)
	}
}

func TestWorkIsGivenUpAfterSomeAttempts(t *testing.T) {
	t.Parallel()
	run, began, _ := blocking()
	c := operations.Config{Dir: t.TempDir(), Run: run, Attempts: 2}
	m := open(t, c)
	id := submit(t, m, `1`, "").ID
	for range 2 {
		<-began
		shut(t, m)
		m = open(t, c)
	}
	o, events := await(t, m, id)
	want := wire.OperationError{Error: "interrupted 2 times by a restart", Code: pack.CodeUnavailable}
	if o.State != wire.StateFailed || o.Error == nil || !cmp.Equal(*o.Error, want) || o.Attempt != 2 {
		t.Errorf("got %+v, error %+v", o, o.Error)
	}
	if last := events[len(events)-1]; last.Kind != wire.EventFailed || last.Err != want.Error {
		t.Errorf("last event %+v", last)
	}
}

func TestCloseLetsWorkFinish(t *testing.T) {
	t.Parallel()
	run, began, end := blocking()
	m := open(t, operations.Config{Run: run})
	id := submit(t, m, `1`, "").ID
	<-began
	closed := make(chan error)
	go func() { closed <- m.Close(context.WithoutCancel(t.Context())) }()
	close(end)
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if o, err := m.Get(id); err != nil || o.State != wire.StateCompleted {
		t.Errorf("got %+v, %v", o, err)
	}
}

// TestLogIsRepaired changes the files as a death at a bad moment leaves them.
func TestLogIsRepaired(t *testing.T) {
	t.Parallel()
	run := func(ctx context.Context, _ operations.Work, observe pack.EventFunc) (any, error) {
		observe(ctx, pack.Event{Kind: pack.EventStarted, Stage: pack.StageDownload, Spec: "a"})
		return nil, pack.Errorf(pack.CodeBusy, "no")
	}
	whole := []string{"queued", "running", "started download a", "operation_failed    no"}
	for name, damage := range map[string]func(log []byte) []byte{
		"torn last line":    func(log []byte) []byte { return log[:len(log)-3] },
		"without newline":   func(log []byte) []byte { return log[:len(log)-1] },
		"without last line": func(log []byte) []byte { return log[:len(log)-len(lastLine(log))] },
		"garbage after":     func(log []byte) []byte { return append(log, "{\"seq\":9}\n{"...) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := operations.Config{Dir: t.TempDir(), Run: run}
			m := open(t, c)
			id := submit(t, m, `1`, "").ID
			await(t, m, id)
			shut(t, m)
			file := filepath.Join(c.Dir, id, "events.ndjson")
			log, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, damage(log), 0o600); err != nil {
				t.Fatal(err)
			}
			m = open(t, c)
			o, events := await(t, m, id)
			if diff := cmp.Diff(whole, lines(t, events)); diff != "" || o.LastEvent != 4 {
				t.Errorf("got %+v, events (-want +got)\n%s", o, diff)
			}
		})
	}
}

func lastLine(log []byte) []byte {
	i := len(log) - 2
	for log[i] != '\n' {
		i--
	}
	return log[i+1:]
}

// TestLostFilesHoldNobodyUp takes the files away under an operation that runs.
func TestLostFilesHoldNobodyUp(t *testing.T) {
	t.Parallel()
	run, began, end := blocking()
	c := operations.Config{Dir: t.TempDir(), Run: run}
	m := open(t, c)
	id := submit(t, m, `1`, "").ID
	<-began
	read := make(chan struct{})
	go func() {
		defer close(read)
		for range m.Events(t.Context(), id, 0) { // until they end, with an error or without
		}
	}()
	if err := os.RemoveAll(filepath.Join(c.Dir, id)); err != nil {
		t.Fatal(err)
	}
	close(end)
	<-read
	if o, err := m.Get(id); err != nil || o.State != wire.StateCompleted {
		t.Errorf("got %+v, %v", o, err)
	}
	await(t, m, submit(t, m, `2`, "").ID)
}
