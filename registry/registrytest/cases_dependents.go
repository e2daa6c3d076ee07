package registrytest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// needing returns a with these dependencies, as "ref" or "ref@constraint".
func needing(t testing.TB, a registry.Activation, dependencies ...string) registry.Activation {
	t.Helper()
	a.Manifest.Dependencies = nil
	for _, text := range dependencies {
		d, err := pack.ParseDependency(text)
		if err != nil {
			t.Fatal(err)
		}
		a.Manifest.Dependencies = append(a.Manifest.Dependencies, d)
	}
	return a
}

// wantDependents checks who depends on ref: pairs of a ref and a dependency.
func wantDependents(t testing.TB, r registry.Records, ref pack.Ref, pairs ...[2]string) {
	t.Helper()
	got, err := r.Dependents(t.Context(), ref)
	if err != nil {
		t.Fatalf("Dependents of %s: %v", ref, err)
	}
	texts := [][2]string{}
	for _, d := range got {
		texts = append(texts, [2]string{d.Ref.String(), d.Dependency.String()})
	}
	wantEqual(t, "dependents of "+ref.String(), append([][2]string{}, pairs...), texts)
}

func dependentsAreFound(t testing.TB, r registry.Records) {
	wantDependents(t, r, "base")
	commit(t, r, needing(t, activation(t, "web", 1), "base@^1.2", "log"))
	commit(t, r, needing(t, activation(t, "app", 1), "base", "web@>=1.0.0"))
	commit(t, r, needing(t, activation(t, "base", 1)))
	wantDependents(t, r, "base", [2]string{"app", "base"}, [2]string{"web", "base@^1.2"})
	wantDependents(t, r, "log", [2]string{"web", "log"})
	wantDependents(t, r, "app")

	commit(t, r, needing(t, activation(t, "web", 2), "base@^2"))
	wantDependents(t, r, "base", [2]string{"app", "base"}, [2]string{"web", "base@^2"})
	wantDependents(t, r, "log")
	back := needing(t, activation(t, "web", 1), "base@^1.2", "log")
	back.Previous = generationName(2)
	commit(t, r, back)
	wantDependents(t, r, "log", [2]string{"web", "log"})

	if err := remove(t.Context(), r, "app", generationName(1)); err != nil {
		t.Fatal(err)
	}
	wantDependents(t, r, "base", [2]string{"web", "base@^1.2"})
	if err := remove(t.Context(), r, "base", generationName(1)); err != nil {
		t.Fatal(err)
	}
	wantDependents(t, r, "base", [2]string{"web", "base@^1.2"})
	commit(t, r, needing(t, activation(t, "base", 1)))
	wantDependents(t, r, "base", [2]string{"web", "base@^1.2"})
	if d, ok := r.(Damager); ok {
		d.Damage(t, "web")
		wantDependents(t, r, "log", [2]string{"web", "log"})
	}
}

// dependentsAreFoundByManyAtOnce asks for dependents of new records in many goroutines, as
// a store does that registers several packs at a time.
func dependentsAreFoundByManyAtOnce(t testing.TB, r registry.Records) {
	const readers = 8
	for n := range readers {
		commit(t, r, needing(t, activation(t, pack.Ref(fmt.Sprint("app", n)), 1), "base@^1"))
	}
	found, errs := make([][]registry.Dependent, readers), make([]error, readers)
	var wg sync.WaitGroup
	for i := range readers {
		wg.Go(func() { found[i], errs[i] = r.Dependents(t.Context(), "base") })
	}
	wg.Wait()
	wantError(t, "Dependents", errors.Join(errs...), nil)
	for i := range readers {
		wantEqual(t, "dependents", readers, len(found[i]))
	}
}

// dependentsFollowSets changes packs that depend on each other together, and
// lets a set fail.
func dependentsFollowSets(t testing.TB, r registry.Records) {
	apply(t, r, set(needing(t, activation(t, "a", 1), "b@^1"), needing(t, activation(t, "b", 1), "a@^1")))
	wantDependents(t, r, "a", [2]string{"b", "a@^1"})
	wantDependents(t, r, "b", [2]string{"a", "b@^1"})

	_, err := r.Apply(t.Context(), set(needing(t, activation(t, "a", 2), "b@^2"), activation(t, "b", 3)))
	wantError(t, "Apply of a stale operation", err, pack.ErrConflict)
	wantDependents(t, r, "b", [2]string{"a", "b@^1"})

	op := set(needing(t, activation(t, "a", 2), "c"), needing(t, activation(t, "c", 1), "a@^2"))
	op.Remove = []registry.Removal{{Ref: "b", Generation: generationName(1)}}
	apply(t, r, op)
	wantDependents(t, r, "a", [2]string{"c", "a@^2"})
	wantDependents(t, r, "b")
	wantDependents(t, r, "c", [2]string{"a", "c"})
}
