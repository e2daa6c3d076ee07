package registrytest

import (
	"errors"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// A SummaryDamager is implemented by records under test that can make the dependencies
// of a pack, which are in its summary, ones that cannot be decoded. Records that do not
// implement it skip the case about that.
type SummaryDamager interface {
	registry.Records
	DamageSummary(t testing.TB, ref pack.Ref)
}

// summariesOf reads summaries and checks that they agree with the records.
func summariesOf(t testing.TB, r registry.Records) []registry.RecordSummary {
	t.Helper()
	summaries, err := r.Summaries(t.Context())
	records, err2 := r.Packs(t.Context())
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	want := []registry.RecordSummary{}
	for i := range records {
		rec := &records[i]
		s := registry.RecordSummary{
			ID: rec.ID, Ref: rec.Ref, Generation: rec.Active.Name, Version: rec.Active.Version, TreeDigest: rec.Active.TreeDigest,
			Enabled: rec.Enabled(), Settings: rec.Settings, Installed: rec.Installed, Updated: rec.Updated,
		}
		if len(rec.Manifest.Dependencies) > 0 {
			s.Dependencies = rec.Manifest.Dependencies
		}
		want = append(want, s)
	}
	wantEqual(t, "summaries", want, summaries)
	return summaries
}

func summariesAgreeWithRecords(t testing.TB, r registry.Records) {
	wantEqual(t, "number of summaries", 0, len(summariesOf(t, r)))
	commit(t, r, needing(t, activation(t, "web", 1), "base@^1.2", "log", "app@<3"))
	off := needing(t, activation(t, "app", 1))
	off.Manifest.Enabled = false
	commit(t, r, off)
	commit(t, r, activation(t, "base", 1))
	apply(t, r, registry.Operation{ID: operationID(), Settings: []registry.Setting{
		{Ref: "app", Settings: registry.Settings{Enabled: new(true)}},
		{Ref: "base", Settings: registry.Settings{Enabled: new(false), Pinned: []string{generationName(1)}}},
	}})
	got := summariesOf(t, r)
	wantEqual(t, "dependencies", 3, len(got[2].Dependencies))
	wantEqual(t, "enabled", []bool{true, false, true}, []bool{got[0].Enabled, got[1].Enabled, got[2].Enabled})

	next := needing(t, activation(t, "web", 2), "base@^2")
	next.Generation.TreeDigest, next.Manifest.Enabled = digest("c"), false
	commit(t, r, next)
	wantEqual(t, "enabled after the upgrade", false, summariesOf(t, r)[2].Enabled)
	back := needing(t, activation(t, "web", 1), "base@^1.2")
	back.Previous = generationName(2)
	commit(t, r, back)
	apply(t, r, removal("base", generationName(1)))
	got = summariesOf(t, r)
	wantEqual(t, "version after the rollback", "1.1.0", got[1].Version.String())
	wantEqual(t, "number of summaries after the removal", 2, len(got))
}

func damagedSummaryAffectsNoOther(t testing.TB, r registry.Records) {
	d, ok := r.(SummaryDamager)
	if !ok {
		t.Skip("the records do not implement SummaryDamager")
	}
	commit(t, r, needing(t, activation(t, "bad", 1), "base", "log"))
	commit(t, r, activation(t, "good", 1))
	want := summariesOf(t, r)[1:]
	d.DamageSummary(t, "bad")
	got, err := r.Summaries(t.Context())
	wantEqual(t, "the other summaries", want, got)
	if damaged, ok := errors.AsType[*registry.RecordError](err); !ok || damaged.Ref != "bad" {
		t.Fatalf("Summaries: got error %v, want a RecordError of the pack", err)
	}
}
