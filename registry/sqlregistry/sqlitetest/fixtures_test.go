package sqlitetest_test

import (
	"context"
	"fmt"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

func generationName(n int) string { return fmt.Sprintf("%06d", n) }

// activation returns the activation of generation n after generation n-1; 0 is
// the first.
func activation(ref pack.Ref, n int) registry.Activation {
	a := registry.Activation{
		Ref:        ref,
		Generation: registry.Generation{Name: generationName(n)},
		Manifest:   pack.Manifest{Ref: ref},
		Components: []pack.Component{{Kind: pack.KindAction, Ref: ref.Component("run"), Name: "run"}},
		Time:       time.Date(2024, 1, 1, 0, 0, n, 0, time.UTC),
	}
	if n > 0 {
		a.Previous = generationName(n - 1)
	}
	return a
}

// activate applies an operation of one activation.
func activate(ctx context.Context, r registry.Records, a registry.Activation) (registry.Record, error) {
	op := registry.Operation{ID: fmt.Sprint(a.Ref, " ", a.Generation.Name), Activate: []registry.Activation{a}}
	records, err := r.Apply(ctx, op)
	if err != nil {
		return registry.Record{}, err
	}
	return records[0], nil
}
