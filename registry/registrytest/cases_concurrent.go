package registrytest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// oneOfManyOperationsWins lets several writers replace the same generation.
func oneOfManyOperationsWins(t testing.TB, r registry.Records) {
	const writers, rounds = 4, 5
	commit(t, r, activation(t, "demo", 1))
	for round := range rounds {
		active := stateOf(t, r, "demo").Record.Active.Name
		errs := make([]error, writers)
		var wg sync.WaitGroup
		for i := range writers {
			a := activation(t, "demo", 2, fmt.Sprint("writer_", i))
			a.Previous = active
			a.Generation.Name = fmt.Sprintf("%d-%d", round, i)
			wg.Go(func() { _, errs[i] = activate(t.Context(), r, a) })
		}
		wg.Wait()
		wantOneWinner(t, r, round, errs)
	}
}

func wantOneWinner(t testing.TB, r registry.Records, round int, errs []error) {
	t.Helper()
	winner := oneWinner(t, round, errs)
	got := stateOf(t, r, "demo")
	wantEqual(t, "active generation", fmt.Sprintf("%d-%d", round, winner), got.Record.Active.Name)
	wantEqual(t, "component", fmt.Sprint("demo.writer_", winner), got.Components[0].Ref.String())
	wantEqual(t, "generations", round+2, len(got.Generations))
}

// oneWinner returns the one writer that succeeded; the others have to have a
// conflict.
func oneWinner(t testing.TB, round int, errs []error) int {
	t.Helper()
	winner := -1
	for i, err := range errs {
		switch {
		case err == nil && winner >= 0:
			t.Fatalf("round %d: writers %d and %d both replaced the same generation", round, winner, i)
		case err == nil:
			winner = i
		case !errors.Is(err, pack.ErrConflict):
			t.Fatalf("round %d: writer %d: %v", round, i, err)
		}
	}
	if winner < 0 {
		t.Fatalf("round %d: no writer succeeded", round)
	}
	return winner
}

// oneOfManySetsWins lets several writers replace the same two packs, each in an
// order of its own.
func oneOfManySetsWins(t testing.TB, r registry.Records) {
	const writers, rounds = 4, 5
	apply(t, r, set(activation(t, "a", 1), activation(t, "b", 1)))
	for round := range rounds {
		active := activeOf(t, r)
		errs := make([]error, writers)
		var wg sync.WaitGroup
		for i := range writers {
			op := set(activation(t, "a", 2), activation(t, "b", 2))
			for k := range op.Activate {
				op.Activate[k].Previous = active[op.Activate[k].Ref]
				op.Activate[k].Generation.Name = fmt.Sprintf("%d-%d", round, i)
			}
			if i%2 == 0 {
				slices.Reverse(op.Activate)
			}
			wg.Go(func() { _, errs[i] = r.Apply(t.Context(), op) })
		}
		wg.Wait()
		winner := fmt.Sprintf("%d-%d", round, oneWinner(t, round, errs))
		wantEqual(t, "active generations", map[pack.Ref]string{"a": winner, "b": winner}, activeOf(t, r))
	}
}

// readersNeverSeeHalfAnOperation reads while a writer activates generations
// whose label tells their number.
func readersNeverSeeHalfAnOperation(t testing.TB, r registry.Records) {
	const generations = 30
	commit(t, r, labelled(t, 1))
	whileReading(t, func() string { return tornRead(t, r) }, func() {
		for n := 2; n <= generations; n++ {
			if _, err := activate(t.Context(), r, labelled(t, n)); err != nil {
				t.Errorf("Apply while others read: %v", err)
				return
			}
		}
	})
}

// readersNeverSeeHalfASet reads while a writer upgrades two packs together.
func readersNeverSeeHalfASet(t testing.TB, r registry.Records) {
	const generations = 30
	apply(t, r, set(activation(t, "a", 1), activation(t, "b", 1)))
	whileReading(t, func() string { return tornSet(t, r) }, func() {
		for n := 2; n <= generations; n++ {
			if _, err := r.Apply(t.Context(), set(activation(t, "b", n), activation(t, "a", n))); err != nil {
				t.Errorf("Apply while others read: %v", err)
				return
			}
		}
	})
}

// whileReading calls read again and again, in several goroutines, until write
// returns or read describes a fault.
func whileReading(t testing.TB, read func() string, write func()) {
	t.Helper()
	stop := make(chan struct{})
	torn := make(chan string, 4)
	var readers sync.WaitGroup
	for range cap(torn) {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if msg := read(); msg != "" {
					torn <- msg
					return
				}
			}
		})
	}
	write()
	close(stop)
	readers.Wait()
	select {
	case msg := <-torn:
		t.Fatal(msg)
	default:
	}
}

// tornSet reads once and says whether the packs do not belong together.
func tornSet(t testing.TB, r registry.Records) string {
	records, err := r.Packs(t.Context())
	switch {
	case err != nil:
		return fmt.Sprintf("Packs while another applies: %v", err)
	case len(records) != 2:
		return fmt.Sprintf("%d packs, want 2", len(records))
	case records[0].Active.Name != records[1].Active.Name:
		return fmt.Sprintf("pack a at generation %s, pack b at %s", records[0].Active.Name, records[1].Active.Name)
	}
	return ""
}

func labelled(t testing.TB, n int) registry.Activation {
	t.Helper()
	a := activation(t, "demo", n)
	a.Manifest.Label = a.Generation.Name
	for i := range n % 7 {
		a.Components = append(a.Components, action("demo", fmt.Sprintf("a%d_of_%d", i, n%7)))
	}
	return a
}

// tornRead reads once and describes what does not belong together.
func tornRead(t testing.TB, r registry.Records) string {
	rec, err := r.Pack(t.Context(), "demo")
	if err != nil {
		return fmt.Sprintf("Pack while another applies: %v", err)
	}
	if rec.Manifest.Label != rec.Active.Name {
		return fmt.Sprintf("record of generation %s has the manifest of %s", rec.Active.Name, rec.Manifest.Label)
	}
	components, err := r.Components(t.Context(), "demo")
	if err != nil {
		return fmt.Sprintf("Components while another applies: %v", err)
	}
	for i, c := range components {
		if want := fmt.Sprintf("a%d_of_%d", i, len(components)); c.Name != want {
			return fmt.Sprintf("component %d of %d is %q, want %q", i, len(components), c.Name, want)
		}
	}
	return ""
}
