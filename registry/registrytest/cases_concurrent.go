package registrytest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// oneOfManyCommitsWins lets several writers replace the same generation.
func oneOfManyCommitsWins(t testing.TB, r registry.Records) {
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
			wg.Go(func() { _, errs[i] = r.Commit(t.Context(), a) })
		}
		wg.Wait()
		wantOneWinner(t, r, round, errs)
	}
}

func wantOneWinner(t testing.TB, r registry.Records, round int, errs []error) {
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
		t.Fatalf("round %d: nobody won", round)
	}
	got := stateOf(t, r, "demo")
	wantEqual(t, "active generation", fmt.Sprintf("%d-%d", round, winner), got.Record.Active.Name)
	wantEqual(t, "component", fmt.Sprint("demo.writer_", winner), got.Components[0].Ref)
	wantEqual(t, "generations", round+2, len(got.Generations))
}

// readersNeverSeeHalfACommit reads while a writer activates generations whose
// label tells their number.
func readersNeverSeeHalfACommit(t testing.TB, r registry.Records) {
	const generations = 30
	commit(t, r, labelled(t, 1))
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
				if msg := tornRead(t, r); msg != "" {
					torn <- msg
					return
				}
			}
		})
	}
	for n := 2; n <= generations; n++ {
		if _, err := r.Commit(t.Context(), labelled(t, n)); err != nil {
			t.Errorf("Commit while others read: %v", err)
			break
		}
	}
	close(stop)
	readers.Wait()
	select {
	case msg := <-torn:
		t.Fatal(msg)
	default:
	}
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
		return fmt.Sprintf("Pack while another commits: %v", err)
	}
	if rec.Manifest.Label != rec.Active.Name {
		return fmt.Sprintf("record of generation %s has the manifest of %s", rec.Active.Name, rec.Manifest.Label)
	}
	components, err := r.Components(t.Context(), "demo")
	if err != nil {
		return fmt.Sprintf("Components while another commits: %v", err)
	}
	for i, c := range components {
		if want := fmt.Sprintf("a%d_of_%d", i, len(components)); c.Name != want {
			return fmt.Sprintf("component %d of %d is %q, want %q", i, len(components), c.Name, want)
		}
	}
	return ""
}
