package operations_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/operations"
	"github.com/packtrain/pack/examples/packd/wire"
)

func nothing(context.Context, operations.Work, pack.EventFunc) (any, error) { return nil, nil }

func ids(list []wire.Operation) []string {
	var s []string
	for _, o := range list {
		s = append(s, o.ID)
	}
	return s
}

func TestOnlySomeFinishedOperationsAreKept(t *testing.T) {
	t.Parallel()
	c := operations.Config{Dir: t.TempDir(), Run: nothing, Keep: 2}
	m := open(t, c)
	var all []string
	for _, key := range []string{"a", "b", "c", "d"} {
		id := submit(t, m, `1`, key).ID
		await(t, m, id)
		all = append(all, id)
	}
	shut(t, m) // pruning is over
	if diff := cmp.Diff([]string{all[3], all[2]}, ids(m.List(operations.Filter{}))); diff != "" {
		t.Errorf("kept (-want +got)\n%s", diff)
	}
	for i, id := range all {
		if _, err := os.Stat(filepath.Join(c.Dir, id)); (err == nil) != (i >= 2) {
			t.Errorf("directory %d: %v", i, err)
		}
	}
	m = open(t, c)
	if again := submit(t, m, `2`, "a"); again.ID == all[0] {
		t.Error("the key of an operation that is gone still counts")
	}
}

// TestActorsDisplaceTheirOwnOperations: an actor with many operations, or with large ones, does
// not displace those of others.
func TestActorsDisplaceTheirOwnOperations(t *testing.T) {
	t.Parallel()
	report := func(_ context.Context, w operations.Work, _ pack.EventFunc) (any, error) {
		return strings.Repeat("x", map[string]int{"flood": 10_000}[w.Actor]), nil
	}
	for name, c := range map[string]operations.Config{"number": {Keep: 4}, "bytes": {KeepBytes: 40_000}} {
		c.Dir, c.Run = t.TempDir(), report
		m := open(t, c)
		for _, actor := range slices.Concat([]string{"a", "b"}, slices.Repeat([]string{"flood"}, 8)) {
			op, err := m.Submit(t.Context(), operations.Work{Kind: "work", Body: []byte(`1`), Actor: actor}, "")
			if err != nil {
				t.Fatal(err)
			}
			await(t, m, op.ID)
		}
		shut(t, m)
		for actor, bound := range map[string]int{"a": 1, "b": 1, "flood": 3} {
			if got := len(m.List(operations.Filter{Actor: actor})); got == 0 || got > bound {
				t.Errorf("%s: %d operations of %s are kept", name, got, actor)
			}
		}
	}
}

// TestCancelledOperationsAreNotKept cancels operations that wait for running work.
func TestCancelledOperationsAreNotKept(t *testing.T) {
	t.Parallel()
	run, began, _ := blocking()
	m := open(t, operations.Config{Run: run, MaxJobs: 1, Keep: 2})
	runs := submit(t, m, `1`, "")
	<-began
	for range 10 {
		cancel(t, m, submit(t, m, `2`, "").ID)
	}
	cancelled := operations.Filter{State: wire.StateCancelled}
	for end := time.After(20 * time.Second); len(m.List(cancelled)) > 2; {
		select {
		case <-end:
			t.Fatalf("%d cancelled operations are kept beside %s", len(m.List(cancelled)), runs.ID)
		case <-time.After(time.Millisecond):
		}
	}
}

// TestLargeOperationsAreNotKept has operations whose reports take most of the
// space, and one that takes more than all.
func TestLargeOperationsAreNotKept(t *testing.T) {
	t.Parallel()
	run := func(_ context.Context, w operations.Work, _ pack.EventFunc) (any, error) {
		n, err := strconv.Atoi(string(w.Body))
		return strings.Repeat("x", n), err
	}
	c := operations.Config{Dir: t.TempDir(), Run: run, KeepBytes: 100_000}
	m := open(t, c)
	add := func(bytes int) string {
		id := submit(t, m, strconv.Itoa(bytes), "").ID
		await(t, m, id)
		return id
	}
	want := func(kept ...string) {
		t.Helper()
		shut(t, m) // pruning is over
		if diff := cmp.Diff(kept, ids(m.List(operations.Filter{}))); diff != "" {
			t.Errorf("kept (-want +got)\n%s", diff)
		}
		m = open(t, c)
	}
	add(40_000)
	second, third := add(40_000), add(40_000)
	want(third, second)
	huge := add(200_000)
	want(huge)
	last := add(10)
	want(last)
}

func TestOldOperationsAreNotKept(t *testing.T) {
	t.Parallel()
	c := operations.Config{Dir: t.TempDir(), Run: nothing}
	m := open(t, c)
	await(t, m, submit(t, m, `1`, "").ID)
	shut(t, m)
	c.KeepFor = 1
	if list := open(t, c).List(operations.Filter{}); len(list) != 0 {
		t.Errorf("kept %+v", list)
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	run, began, _ := blocking()
	m := open(t, operations.Config{Run: run, MaxJobs: 1})
	var all []string
	for range 3 {
		all = append(all, submit(t, m, `1`, "").ID)
	}
	<-began
	cancel(t, m, all[1])
	for name, tc := range map[string]struct {
		filter operations.Filter
		want   []string
	}{
		"all":     {operations.Filter{}, []string{all[2], all[1], all[0]}},
		"running": {operations.Filter{State: wire.StateRunning}, []string{all[0]}},
		"kind":    {operations.Filter{Kind: wire.KindBuild}, nil},
		"page":    {operations.Filter{Limit: 1}, []string{all[2]}},
		"next":    {operations.Filter{Limit: 1, Before: all[2]}, []string{all[1]}},
	} {
		if diff := cmp.Diff(tc.want, ids(m.List(tc.filter))); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

const secret = "canary-signature"

// secretsIn returns which files of operations hold the secret.
func secretsIn(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if strings.Contains(string(data), secret) {
			found = append(found, filepath.Base(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestBodiesEndWithTheirOperations looks for a secret in the files of operations
// of every end, and submits the same work again.
func TestBodiesEndWithTheirOperations(t *testing.T) {
	t.Parallel()
	run, began, end := blocking()
	fails := func(ctx context.Context, w operations.Work, observe pack.EventFunc) (any, error) {
		if w.Kind == wire.KindBuild {
			return nil, pack.Errorf(pack.CodeBusy, "no")
		}
		return run(ctx, w, observe)
	}
	c := operations.Config{Dir: t.TempDir(), Run: fails, MaxJobs: 1}
	m := open(t, c)
	const body = `{"packs":["https://h/a.tgz?s=` + secret + `"]}`
	live := submit(t, m, body, "live")
	<-began
	waits := submit(t, m, body, "waits")
	if found := secretsIn(t, c.Dir); len(found) != 2 {
		t.Errorf("what is not over has to be begun again after a restart, but is only in %v", found)
	}
	cancel(t, m, waits.ID)
	if found := secretsIn(t, c.Dir); len(found) != 1 {
		t.Errorf("one is cancelled, but the secret is in %v", found)
	}
	shut(t, m)
	m = open(t, c)
	<-began
	close(end)
	await(t, m, live.ID)
	failed, err := m.Submit(t.Context(), operations.Work{Kind: wire.KindBuild, Body: []byte(body)}, "fails")
	if err != nil {
		t.Fatal(err)
	}
	await(t, m, failed.ID)
	for range 2 {
		if found := secretsIn(t, c.Dir); found != nil {
			t.Errorf("all is over, but the secret is in %v", found)
		}
		for key, id := range map[string]string{"live": live.ID, "waits": waits.ID} {
			if again := submit(t, m, body, key); again.ID != id {
				t.Errorf("%s: the same work is %s and %s", key, id, again.ID)
			}
			if _, err := m.Submit(t.Context(), work(`{}`), key); pack.CodeOf(err) != pack.CodeConflict {
				t.Errorf("%s: other work: %v", key, err)
			}
		}
		shut(t, m)
		m = open(t, c)
	}
}

// TestBodiesThatOutlivedTheirOperations are what a process leaves that dies
// between the two, as well as one that knew of no end of bodies.
func TestBodiesThatOutlivedTheirOperations(t *testing.T) {
	t.Parallel()
	c := operations.Config{Dir: t.TempDir(), Run: nothing}
	m := open(t, c)
	const body = `"` + secret + `"`
	id := submit(t, m, body, "k").ID
	file := filepath.Join(c.Dir, id, "request.json")
	before, err := os.ReadFile(file) // it is not over, or has lost its body already
	if err != nil {
		t.Fatal(err)
	}
	await(t, m, id)
	shut(t, m)
	before = bytes.Replace(before, []byte(`null`), []byte(body), 1)
	before = regexp.MustCompile(`,"sum":"[^"]*"`).ReplaceAll(before, nil)
	for name, content := range map[string][]byte{file: before, file + ".tmp": before[:len(before)-3]} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m = open(t, c)
	if found := secretsIn(t, c.Dir); found != nil {
		t.Errorf("the secret is in %v", found)
	}
	if again := submit(t, m, body, "k"); again.ID != id || again.State != wire.StateCompleted {
		t.Errorf("the same key gave %+v", again)
	}
}
