package operations_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/client"
	"github.com/packtrain/pack/examples/packd/operations"
)

func nothing(context.Context, operations.Work, pack.EventFunc) (any, error) { return nil, nil }

func ids(list []client.Operation) []string {
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
		"running": {operations.Filter{State: client.StateRunning}, []string{all[0]}},
		"kind":    {operations.Filter{Kind: client.KindBuild}, nil},
		"page":    {operations.Filter{Limit: 1}, []string{all[2]}},
		"next":    {operations.Filter{Limit: 1, Before: all[2]}, []string{all[1]}},
	} {
		if diff := cmp.Diff(tc.want, ids(m.List(tc.filter))); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}
