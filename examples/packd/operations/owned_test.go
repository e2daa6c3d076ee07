package operations_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/packd/operations"
	"github.com/packtrain/pack/examples/packd/wire"
)

// TestOwnersSurviveRestarts: operations belong to their actor when they are over, and after
// a restart.
func TestOwnersSurviveRestarts(t *testing.T) {
	t.Parallel()
	c := operations.Config{Dir: t.TempDir(), Run: func(context.Context, operations.Work, pack.EventFunc) (any, error) { return "done", nil }}
	m := open(t, c)
	o, err := m.Submit(t.Context(), operations.Work{Kind: wire.KindInstall, Body: json.RawMessage("{}"), Actor: "a"}, "")
	if err != nil {
		t.Fatal(err)
	}
	await(t, m, o.ID)
	check := func(m *operations.Manager) {
		t.Helper()
		if err := m.Owned(o.ID, "a"); err != nil {
			t.Error(err)
		}
		for _, other := range []string{"b", ""} {
			if err := m.Owned(o.ID, other); !errors.Is(err, pack.ErrNotFound) {
				t.Errorf("%q: got %v", other, err)
			}
		}
		if len(m.List(operations.Filter{Actor: "a"})) != 1 || len(m.List(operations.Filter{Actor: "b"})) != 0 || len(m.List(operations.Filter{})) != 1 {
			t.Error("the lists are wrong")
		}
	}
	check(m)
	shut(t, m)
	check(open(t, c))
}
