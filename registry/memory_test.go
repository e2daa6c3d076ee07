package registry_test

import (
	"fmt"
	"testing"

	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/registry/registrytest"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	registrytest.Run(t, func(testing.TB) registry.Records { return registry.NewMemory() })
}

func TestOperationsAreRemembered(t *testing.T) {
	t.Parallel()
	records := registry.NewMemory()
	const most = 3 * registry.RememberedOperations
	for n := range most {
		op := registry.Operation{ID: fmt.Sprint(n), Remove: []registry.Removal{{Ref: "ghost"}}}
		if _, err := records.Apply(t.Context(), op); err != nil {
			t.Fatal(err)
		}
	}
	for n, want := range map[int]bool{0: false, most - registry.RememberedOperations: true, most - 1: true, most: false} {
		if got, err := records.Outcome(t.Context(), fmt.Sprint(n)); err != nil || got != want {
			t.Errorf("operation %d: got %v, %v, want %v", n, got, err, want)
		}
	}
}
