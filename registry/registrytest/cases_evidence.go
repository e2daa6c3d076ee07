package registrytest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// evidence returns the n-th result of tests of ref.
func evidence(t testing.TB, ref pack.Ref, n int) registry.TestResult {
	t.Helper()
	result := *generation(t, 1).Tests
	result.Ref, result.Time, result.DurationMS = ref, day(1).AddDate(0, 0, n), int64(n)
	result.Bounds = registry.TestBounds{TimeoutMS: 60_000, Processes: 7}
	result.Isolation, result.Enforced = pack.IsolationSandbox, []string{"memory"}
	result.Suites = slices.Clone(result.Suites)
	result.Suites[0].Output, result.Suites[0].Cases = "ok\n", []registry.TestCase{{Name: "test_a", Status: "passed", DurationMS: 3}}
	return result
}

func addEvidence(t testing.TB, r registry.Records, results ...registry.TestResult) {
	t.Helper()
	for i := range results {
		if err := r.AddEvidence(t.Context(), results[i]); err != nil {
			t.Fatalf("AddEvidence: %v", err)
		}
	}
}

func wantEvidence(t testing.TB, what string, r registry.Records, ref pack.Ref, want ...registry.TestResult) {
	t.Helper()
	got, err := r.Evidence(t.Context(), ref)
	if err != nil {
		t.Fatalf("Evidence: %v", err)
	}
	wantEqual(t, what, append([]registry.TestResult{}, want...), got)
}

func evidenceOutlivesThePack(t testing.TB, r registry.Records) {
	first, second, other := evidence(t, "demo", 1), evidence(t, "demo", 2), evidence(t, "other", 1)
	wantEvidence(t, "without any", r, "demo")
	addEvidence(t, r, first, other)
	wantEvidence(t, "before the pack", r, "demo", first)
	commit(t, r, activation(t, "demo", 1))
	commit(t, r, activation(t, "demo", 2))
	addEvidence(t, r, second)
	apply(t, r, forgetting("demo", 1))
	wantEvidence(t, "without the generation", r, "demo", first, second)
	apply(t, r, removal("demo", generationName(2)))
	wantEvidence(t, "after the removal", r, "demo", first, second)
	addEvidence(t, r, first, second)
	wantEvidence(t, "added again", r, "demo", first, second)
	wantEvidence(t, "of another pack", r, "other", other)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	wantError(t, "AddEvidence", r.AddEvidence(ctx, evidence(t, "demo", 3)), context.Canceled)
	wantEvidence(t, "after one that was cancelled", r, "demo", first, second)
}

func evidenceIsBounded(t testing.TB, r registry.Records) {
	other := evidence(t, "other", 1)
	addEvidence(t, r, other)
	var all []registry.TestResult
	for n := range registry.KeptEvidence + 3 {
		all = append(all, evidence(t, "demo", n))
	}
	addEvidence(t, r, all...)
	wantEvidence(t, "of one pack", r, "demo", all[3:]...)
	wantEvidence(t, "of another pack", r, "other", other)

	big := evidence(t, "big", 1)
	big.Suites[0].Output = strings.Repeat("x", 1<<20)
	addEvidence(t, r, big)
	big.Suites[0].Output = ""
	wantEvidence(t, "with much output", r, "big", big)
	big.Suites[0].Cases = slices.Repeat(big.Suites[0].Cases, 10_000)
	big.DurationMS++
	addEvidence(t, r, big)
	big.Suites[0].Cases = nil
	got, err := r.Evidence(t.Context(), "big")
	if err != nil || len(got) != 2 {
		t.Fatalf("Evidence: %d results, %v", len(got), err)
	}
	wantEqual(t, "with many cases", big, got[1])
}

// evidenceOfManyPacksIsBounded adds one result more of many packs than are kept.
func evidenceOfManyPacksIsBounded(t testing.TB, r registry.Records) {
	ref := func(n int) pack.Ref { return pack.Ref(fmt.Sprint("p", n)) }
	const most = registry.MostEvidence
	for n := range most + 2 {
		addEvidence(t, r, evidence(t, ref(n), 1))
	}
	wantEvidence(t, "the oldest", r, ref(0))
	wantEvidence(t, "the second", r, ref(1))
	wantEvidence(t, "the third", r, ref(2), evidence(t, ref(2), 1))
	wantEvidence(t, "the last", r, ref(most+1), evidence(t, ref(most+1), 1))
}

// manyWritersAddEvidence adds results of one pack at the same time.
func manyWritersAddEvidence(t testing.TB, r registry.Records) {
	const writers = 8
	for i, err := range each(writers, func(i int) error { return r.AddEvidence(t.Context(), evidence(t, "demo", i)) }) {
		if err != nil {
			t.Fatalf("writer %d: %v", i, err)
		}
	}
	got, err := r.Evidence(t.Context(), "demo")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int64]bool{}
	for i := range got {
		seen[got[i].DurationMS] = true
	}
	if len(got) != writers || len(seen) != writers {
		t.Fatalf("got %d results, %d different ones, want %d", len(got), len(seen), writers)
	}
}
