package registrytest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

func recordsBelongToOneRoot(t testing.TB, r registry.Records) {
	ctx := t.Context()
	wantRoot(t, r, "")
	for range 2 { // the second time changes nothing
		if err := r.Bind(ctx, "root-1"); err != nil {
			t.Fatalf("Bind: %v", err)
		}
		wantRoot(t, r, "root-1")
	}
	wantError(t, "Bind to another root", r.Bind(ctx, "root-2"), pack.ErrConflict)
	wantRoot(t, r, "root-1")
	commit(t, r, activation(t, "demo", 1))
	apply(t, r, removal("demo", generationName(1)))
	wantRoot(t, r, "root-1")
}

func wantRoot(t testing.TB, r registry.Records, want string) {
	t.Helper()
	got, err := r.Root(t.Context(), "")
	if err != nil || got != want {
		t.Fatalf("Root: got %q, %v, want %q", got, err, want)
	}
}

func oneOfManyRootsWins(t testing.TB, r registry.Records) {
	const roots = 6
	errs := make([]error, roots)
	var wg sync.WaitGroup
	for i := range roots {
		wg.Go(func() { errs[i] = r.Bind(t.Context(), fmt.Sprint(i)) })
	}
	wg.Wait()
	winners := 0
	for i, err := range errs {
		if err == nil {
			winners++
			wantRoot(t, r, fmt.Sprint(i))
		} else if !errors.Is(err, pack.ErrConflict) {
			t.Fatalf("Bind %d: %v", i, err)
		}
	}
	wantEqual(t, "roots that won", 1, winners)
}
