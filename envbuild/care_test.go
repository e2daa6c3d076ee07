package envbuild_test

import (
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
)

// TestPruneKeepsToABudget: beyond the budget, the environments that were not used for the
// longest time are removed, but none that is needed or was used a moment ago.
func TestPruneKeepsToABudget(t *testing.T) {
	t.Parallel()
	s := newSlowStage(t)
	instances, sizes := map[string]string{}, int64(0)
	for name, used := range map[string]time.Duration{"needed": 5 * time.Hour, "older": 3 * time.Hour, "old": 2 * time.Hour, "new": 0} {
		e := s.mustBuild(t, s.pack(t, name, "requirements.txt", "six\n"+name)).Of(pack.RuntimePython)
		instances[e.Instance] = name
		then := time.Now().Add(-used)
		if err := os.Chtimes(e.Path+".json", then, then); err != nil {
			t.Fatal(err)
		}
	}
	b := s.builder(t)
	all, err := b.Instances(t.Context())
	if err != nil || len(all) != len(instances) {
		t.Fatal(all, err)
	}
	for _, i := range all {
		sizes = max(sizes, i.Size)
		if instances[i.Instance] == "older" && time.Since(i.Used).Round(time.Hour) != 3*time.Hour {
			t.Errorf("used at %v", i.Used)
		}
	}
	for budget, want := range map[int64][]string{0: nil, 3 * sizes: nil, 2 * sizes: {"older"}, 1: {"older", "old"}} {
		removed, err := b.Prune(t.Context(), envbuild.PruneRequest{
			Live: func(e pack.Environment) bool { return instances[e.Instance] == "needed" }, MaxBytes: budget, DryRun: true,
		})
		var got []string
		for _, i := range removed {
			got = append(got, instances[i.Instance])
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("with %d bytes: %v (-want +got):\n%s", budget, err, diff)
		}
	}
	removed, err := b.Prune(t.Context(), envbuild.PruneRequest{Live: func(pack.Environment) bool { return false }, MaxBytes: 1})
	if err != nil || len(removed) != 3 || slices.ContainsFunc(removed, func(i envbuild.Instance) bool { return instances[i.Instance] == "new" }) {
		t.Errorf("removed %v, %v", removed, err)
	}
}
