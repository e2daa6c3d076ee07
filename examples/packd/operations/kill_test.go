package operations_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/operations"
	"github.com/packtrain/pack/examples/packd/wire"
)

const (
	workVariable = "OPERATIONS_WORK" // set: this process works in that directory until it is killed
	ackName      = "acknowledged"    // lines "key id", beside the directory of the manager
	keys         = 150
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(workVariable); dir != "" {
		fmt.Fprintln(os.Stderr, workUntilKilled(context.Background(), dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// stepwise is work that takes a moment.
func stepwise(ctx context.Context, _ operations.Work, observe pack.EventFunc) (any, error) {
	for i := range 20 {
		observe(ctx, pack.Event{Kind: pack.EventWarning, Message: strings.Repeat("x", 100*i)})
		select {
		case <-time.After(time.Duration(rand.IntN(3)) * time.Millisecond):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return "done", nil
}

// workUntilKilled submits work, the same from several sides, and writes down the
// acknowledged requests.
func workUntilKilled(ctx context.Context, dir string) error {
	m, err := operations.Open(ctx, operations.Config{Dir: filepath.Join(dir, "operations"), Run: stepwise, MaxJobs: 4, MaxQueue: 10})
	if err != nil {
		return err
	}
	ack, err := os.OpenFile(filepath.Join(dir, ackName), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	errs := make(chan error)
	for range 3 {
		go func() { errs <- submitUntilKilled(ctx, m, ack) }()
	}
	return <-errs
}

func submitUntilKilled(ctx context.Context, m *operations.Manager, ack *os.File) error {
	for {
		key := fmt.Sprintf("key%d", rand.IntN(keys))
		o, err := m.Submit(ctx, work(fmt.Sprintf("%q", key)), key)
		switch pack.CodeOf(err) {
		case pack.CodeBusy:
			<-time.After(time.Millisecond)
			continue
		case "":
		default:
			return err
		}
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(ack, "%s %s\n", key, o.ID); err != nil {
			return err
		}
		if rand.IntN(20) == 0 {
			if _, err := m.Cancel(ctx, o.ID); err != nil {
				return err
			}
		}
	}
}

// TestKilledAtRandomMoments kills processes at random moments, and checks that
// everything that was acknowledged reaches a recorded end.
func TestKilledAtRandomMoments(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for n := 0; n < 15 || len(acknowledged(t, dir)) < keys/3; n++ {
		if err := startAndKill(t, dir, n%4 > 0); err != nil {
			t.Fatalf("kill %d: %v", n, err)
		}
	}
	m := open(t, operations.Config{Dir: filepath.Join(dir, "operations"), Run: stepwise, MaxJobs: 8})
	for key, id := range acknowledged(t, dir) {
		if _, err := m.Get(id); err != nil {
			t.Errorf("%s was acknowledged, but: %v", key, err)
		}
	}
	checkKeys(t, m, dir, false)
	states := map[wire.State]int{}
	var mu sync.Mutex
	var all sync.WaitGroup
	for _, o := range m.List(operations.Filter{Limit: keys + 1}) {
		all.Go(func() {
			state := checkEnd(t, m, o.ID)
			mu.Lock()
			defer mu.Unlock()
			states[state]++
		})
	}
	all.Wait()
	checkKeys(t, m, dir, true)
	if states[wire.StateCompleted] == 0 {
		t.Errorf("nothing was completed: %v", states)
	}
}

// startAndKill lets a process live for a while, from its start or from when it
// is ready. That it ends by itself is an error.
func startAndKill(t *testing.T, dir string, ready bool) error {
	t.Helper()
	var stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), workVariable+"="+dir)
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	if ready {
		_, _ = stdout.Read(make([]byte, 1)) // its end is noticed below
	}
	timer := time.AfterFunc(time.Duration(20+rand.IntN(200))*time.Millisecond, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	err = cmd.Wait()
	if cmd.ProcessState.Exited() {
		return fmt.Errorf("the process ended: %w: %s", err, stderr.String())
	}
	return nil
}

// acknowledged returns the operations that were acknowledged, by key, and checks
// that those of one key are one.
func acknowledged(t *testing.T, dir string) map[string]string {
	t.Helper()
	acks, err := os.ReadFile(filepath.Join(dir, ackName))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	known := map[string]string{}
	for line := range strings.Lines(string(acks)) {
		key, id, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if !ok || known[key] != "" && known[key] != id {
			t.Fatalf("%q after %q", line, known[key])
		}
		known[key] = id
	}
	return known
}

// checkKeys checks that no key has two operations, and, once all is over, that
// their requests are no longer known.
func checkKeys(t *testing.T, m *operations.Manager, dir string, over bool) {
	t.Helper()
	seen := map[string]string{}
	for _, o := range m.List(operations.Filter{Limit: keys + 1}) {
		b, err := os.ReadFile(filepath.Join(dir, "operations", o.ID, "request.json"))
		if err != nil {
			t.Fatal(err)
		}
		var request struct {
			Key  string `json:"idempotency_key"`
			Body *string
		}
		if err := json.Unmarshal(b, &request); err != nil {
			t.Fatal(err)
		}
		if other, twice := seen[request.Key]; twice {
			t.Errorf("%s has %s and %s", request.Key, other, o.ID)
		}
		seen[request.Key] = o.ID
		if over && request.Body != nil {
			t.Errorf("%s is over, but has its body", o.ID)
		}
	}
}

// checkEnd waits for the end of an operation, which has to be a good one or one
// with a reason.
func checkEnd(t *testing.T, m *operations.Manager, id string) wire.State {
	t.Helper()
	o, events := await(t, m, id)
	lines(t, events)
	for i, e := range events {
		final := e.Kind == wire.EventCompleted || e.Kind == wire.EventFailed || e.Kind == wire.EventCancelled
		if final != (i == len(events)-1) {
			t.Errorf("event %d of %d is %s", i+1, len(events), e.Kind)
		}
	}
	if o.LastEvent != uint64(len(events)) {
		t.Errorf("the last of %d events is %d", len(events), o.LastEvent)
	}
	switch o.State {
	case wire.StateCompleted:
	case wire.StateCancelled, wire.StateFailed:
		if o.Error == nil || o.Error.Error != "interrupted 3 times by a restart" && o.Error.Error != "cancelled on request" {
			t.Errorf("%s: %+v", o.State, o.Error)
		}
	default:
		t.Errorf("the end is %s", o.State)
	}
	return o.State
}
