package registrytest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// An Opener opens the same storage each time, as another process would. The
// storage is empty at first, and does not exist before the first call. It may be called
// by several goroutines at once, and may use t for cleanup.
type Opener func(t testing.TB) (registry.Records, error)

// RunShared checks that records that several processes have opened at once satisfy the
// contract of [registry.Records]. newStorage is called once per case.
func RunShared(t *testing.T, newStorage func(t testing.TB) Opener) {
	t.Helper()
	for _, c := range sharedCases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(t, newStorage(t))
		})
	}
}

// A sharedCase is one promise. It stops at the first violation.
type sharedCase struct {
	name string
	run  func(t testing.TB, open Opener)
}

func sharedCases() []sharedCase {
	return []sharedCase{
		{"ManyMayOpenAtOnce", manyMayOpenAtOnce},
		{"ChangesAreSeenByOthers", changesAreSeenByOthers},
		{"OneOfManyProcessesWins", oneOfManyProcessesWins},
		{"WritersOfOtherPacksAreNotDisturbed", writersOfOtherPacksAreNotDisturbed},
		{"OperationIsAppliedOnce", operationIsAppliedOnce},
		{"RootsAreKeptApart", rootsAreKeptApart},
	}
}

func opened(t testing.TB, open Opener) registry.Records {
	t.Helper()
	r, err := open(t)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return r
}

// each calls fn in n goroutines at once and returns their errors.
func each(n int, fn func(i int) error) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = fn(i) })
	}
	wg.Wait()
	return errs
}

// manyMayOpenAtOnce opens storage that does not exist yet.
func manyMayOpenAtOnce(t testing.TB, open Opener) {
	const processes = 8
	all := make([]registry.Records, processes)
	activations := make([]registry.Activation, processes)
	for i := range activations {
		activations[i] = activation(t, pack.Ref(fmt.Sprint("pack", i)), 1, "one")
	}
	errs := each(processes, func(i int) (err error) {
		if all[i], err = open(t); err == nil {
			_, err = activate(t.Context(), all[i], activations[i])
		}
		return err
	})
	wantError(t, "opening at once", errors.Join(errs...), nil)
	for i, r := range all {
		wantEqual(t, fmt.Sprintf("packs that process %d finds", i), processes, len(activeOf(t, r)))
	}
}

func changesAreSeenByOthers(t testing.TB, open Opener) {
	a, b := opened(t, open), opened(t, open)
	op := set(activation(t, "demo", 1, "one"), activation(t, "other", 1))
	apply(t, a, op)
	wantOutcome(t, b, op.ID, true)
	wantEqual(t, "what another process reads", stateOf(t, a, "demo"), stateOf(t, b, "demo"))
	own := configuration(t, "r1", map[string]any{"a": "b"}, "/a")
	configure(t, b, "demo", "", own)
	wantConfiguration(t, "set by another process", a, "demo", own)
	commit(t, b, activation(t, "demo", 2, "two"))
	wantEqual(t, "what the first process reads", stateOf(t, b, "demo"), stateOf(t, a, "demo"))
	stale := activation(t, "demo", 2)
	stale.Generation.Name = "stale"
	_, err := activate(t.Context(), a, stale)
	wantError(t, "Apply after the change of another process", err, pack.ErrConflict)
	apply(t, a, removal("other", generationName(1)))
	wantEqual(t, "packs", map[pack.Ref]string{"demo": generationName(2)}, activeOf(t, b))
}

// oneOfManyProcessesWins lets several processes replace the same set.
func oneOfManyProcessesWins(t testing.TB, open Opener) {
	const writers = 4
	all := make([]registry.Records, writers)
	for i := range all {
		all[i] = opened(t, open)
	}
	apply(t, all[0], set(activation(t, "a", 1), activation(t, "b", 1)))
	for round := range 5 {
		active := activeOf(t, all[0])
		ops := make([]registry.Operation, writers)
		for i := range ops {
			first, second := activation(t, "a", 2), activation(t, "b", 2)
			first.Previous, second.Previous = active["a"], active["b"]
			first.Generation.Name, second.Generation.Name = fmt.Sprintf("%d-%d", round, i), fmt.Sprintf("%d-%d", round, i)
			if ops[i] = set(first, second); i%2 == 0 {
				ops[i] = set(second, first)
			}
		}
		errs := each(writers, func(i int) error {
			_, err := all[i].Apply(t.Context(), ops[i])
			return err
		})
		winner := fmt.Sprintf("%d-%d", round, oneWinner(t, round, errs))
		wantEqual(t, "active generations", map[pack.Ref]string{"a": winner, "b": winner}, activeOf(t, all[round%writers]))
	}
}

// writersOfOtherPacksAreNotDisturbed lets several processes change packs of their own:
// none of them fails because of another.
func writersOfOtherPacksAreNotDisturbed(t testing.TB, open Opener) {
	const writers, generations = 6, 8
	all := make([]registry.Records, writers)
	work := make([][]registry.Activation, writers)
	for i := range writers {
		all[i] = opened(t, open)
		for n := 1; n <= generations; n++ {
			work[i] = append(work[i], activation(t, pack.Ref(fmt.Sprint("pack", i)), n, "one"))
		}
	}
	errs := each(writers, func(i int) error {
		for _, a := range work[i] {
			if _, err := activate(t.Context(), all[i], a); err != nil {
				return err
			}
		}
		return all[i].SetConfiguration(t.Context(), work[i][0].Ref, "", configuration(t, "r1", map[string]any{"a": "b"}))
	})
	wantError(t, "writers of different packs", errors.Join(errs...), nil)
	for ref, name := range activeOf(t, all[0]) {
		wantEqual(t, "active generation of "+ref.String(), generationName(generations), name)
	}
}

// operationIsAppliedOnce lets several processes apply the same operation at once, as
// when its first outcome is unknown: all of them succeed, and it is applied once.
func operationIsAppliedOnce(t testing.TB, open Opener) {
	const processes = 4
	all := make([]registry.Records, processes)
	for i := range all {
		all[i] = opened(t, open)
	}
	for n := 1; n <= 5; n++ {
		op := set(activation(t, "demo", n, "one"), activation(t, "other", n, "one"))
		records := make([][]registry.Record, processes)
		errs := each(processes, func(i int) (err error) {
			records[i], err = all[i].Apply(t.Context(), op)
			return err
		})
		wantError(t, "Apply of the same operation at once", errors.Join(errs...), nil)
		for i := range all {
			wantEqual(t, "returned records", records[0], records[i])
			wantOutcome(t, all[i], op.ID, true)
		}
		wantEqual(t, "generations", n, len(stateOf(t, all[0], "demo").Generations))
	}
}

// rootsAreKeptApart binds records to two roots: the second is refused, or has
// records of its own.
func rootsAreKeptApart(t testing.TB, open Opener) {
	ctx, one, other := t.Context(), opened(t, open), opened(t, open)
	wantError(t, "Bind", one.Bind(ctx, "root-1"), nil)
	op := set(activation(t, "demo", 1, "one"), activation(t, "base", 1))
	apply(t, one, op)
	want := stateOf(t, one, "demo")
	err := other.Bind(ctx, "root-2")
	if errors.Is(err, pack.ErrConflict) {
		return
	}
	wantError(t, "Bind of another process to another root", err, nil)
	wantEqual(t, "packs of the new root", map[pack.Ref]string{}, activeOf(t, other))
	wantOutcome(t, other, op.ID, false)

	mine := activation(t, "demo", 1, "one") // the same pack and component
	mine.Manifest.Label, mine.Manifest.Dependencies = "mine", []pack.Dependency{{Ref: "base"}}
	records := apply(t, other, registry.Operation{ID: op.ID, Activate: []registry.Activation{mine}})
	wantEqual(t, "label", "mine", records[0].Manifest.Label)
	if records[0].ID == want.Record.ID {
		t.Fatalf("two packs have ID %d", records[0].ID)
	}
	own := configuration(t, "r1", map[string]any{"a": "b"})
	configure(t, other, "demo", "", own)
	wantConfiguration(t, "of the first root", one, "demo", registry.Configuration{})
	wantConfiguration(t, "of the new root", other, "demo", own)
	dependents, err := one.Dependents(ctx, "base")
	if err != nil || len(dependents) != 0 {
		t.Fatalf("Dependents: got %v, %v", dependents, err)
	}
	wantEqual(t, "pack of the first root", want, stateOf(t, one, "demo"))
	commit(t, other, activation(t, "demo", 2, "two"))
	apply(t, other, removal("demo", generationName(2)))
	wantEqual(t, "pack of the first root", want, stateOf(t, one, "demo"))

	third := opened(t, open)
	for range 2 {
		bound, err := third.Root(ctx, "root-1")
		if err != nil || bound != "root-1" {
			t.Fatalf("Root: got %q, %v, want root-1", bound, err)
		}
	}
	wantEqual(t, "pack of the first root, opened again", want, stateOf(t, third, "demo"))
	wantError(t, "Bind to another root", third.Bind(ctx, "root-2"), pack.ErrConflict)
	fourth := opened(t, open)
	bound, err := fourth.Root(ctx, "root-3")
	wantEqual(t, "root that the database does not know", "", bound)
	wantError(t, "Root", err, nil)
	wantEqual(t, "packs of it", map[pack.Ref]string{}, activeOf(t, fourth))
}
