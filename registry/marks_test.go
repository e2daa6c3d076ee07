package registry_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// marked returns the packs that list and show mark, each with "repair" or what it lacks.
func marked(t *testing.T, s *registry.Store) map[pack.Ref][]string {
	t.Helper()
	listed, err := s.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wantSummaries(t, s, listed)
	got := map[pack.Ref][]string{}
	for _, p := range listed {
		shown, err := s.Show(t.Context(), p.Ref)
		if err != nil {
			t.Fatal(err)
		}
		if p.NeedsRepair != shown.NeedsRepair || !cmp.Equal(p.Unmet, shown.Unmet) {
			t.Errorf("list and show differ: %+v, %+v", p, shown.ActivePack)
		}
		if p.NeedsRepair != "" {
			got[p.Ref] = append(got[p.Ref], "repair")
		}
		for _, d := range p.Unmet {
			got[p.Ref] = append(got[p.Ref], d.String())
		}
	}
	return got
}

// wantSummaries checks that the summaries are those of the listed packs.
func wantSummaries(t *testing.T, s *registry.Store, listed []registry.ActivePack) {
	t.Helper()
	got, err := s.Summaries(t.Context())
	if err != nil {
		t.Error(err)
	}
	want := []registry.PackSummary{}
	for i := range listed {
		want = append(want, registry.PackSummary{RecordSummary: listed[i].Summary(), PackState: listed[i].PackState})
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("summaries (-want +got)\n%s", diff)
	}
}

// misguided replaces the link to the pack bad.
func misguided(replace func(link string) error) func(dir string) error {
	return func(dir string) error {
		link := filepath.Join(dir, "current", "bad")
		if err := os.Remove(link); err != nil {
			return err
		}
		return replace(link)
	}
}

// TestPacksThatNeedRepairAreMarked damages what readers get of one of two packs.
func TestPacksThatNeedRepairAreMarked(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(dir string) error{
		"no pointer":     misguided(func(string) error { return nil }),
		"no content":     func(dir string) error { return os.RemoveAll(filepath.Join(dir, "packs", "bad")) },
		"link elsewhere": misguided(func(link string) error { return os.Symlink("../packs/good", link) }),
		"journal of a newer release": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "journal", "x.json"), []byte(`{"format":2,"id":"x","moves":[{"ref":"bad"}]}`), 0o600)
		},
		"directory": misguided(func(link string) error { return os.Mkdir(link, 0o755) }),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRoot(t)
			register(t, r.open(t), "", write(t, simplePack("bad", "1.0.0")), write(t, simplePack("good", "1.0.0")))
			if err := damage(r.dir); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(map[pack.Ref][]string{"bad": {"repair"}}, marked(t, r.open(t))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestUnmetDependenciesAreMarked allows dependents to break.
func TestUnmetDependenciesAreMarked(t *testing.T) {
	t.Parallel()
	memory, r := registry.NewMemory(), newRoot(t)
	r.records = memory
	c := r.config()
	c.Provided = []pack.Provided{{Ref: "core"}}
	s := r.openWith(t, c)
	register(t, s, "", write(t, simplePack("lib", "1.0.0")), write(t, simplePack("other", "1.0.0")), write(t, simplePack("app", "1.0.0").needing("lib@^1", "core@^3", "other")))
	want := func(when string, want map[pack.Ref][]string) {
		t.Helper()
		if diff := cmp.Diff(want, marked(t, s)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", when, diff)
		}
	}
	want("met", map[pack.Ref][]string{})
	breaking := registry.Request{Paths: []string{write(t, simplePack("lib", "2.0.0"))}, Replace: registry.ReplaceAny, AllowBreak: []pack.Ref{"app"}}
	if _, err := s.Register(t.Context(), breaking); err != nil {
		t.Fatal(err)
	}
	want("upgraded", map[pack.Ref][]string{"app": {"lib@^1"}})
	if err := s.Remove(t.Context(), "other", &registry.RemoveOptions{AllowBreak: []pack.Ref{"app"}}); err != nil {
		t.Fatal(err)
	}
	want("removed", map[pack.Ref][]string{"app": {"lib@^1", "other"}})
	memory.Damage(t, "lib") // its version is unknown
	listed, err := s.List(t.Context())
	if len(listed) != 1 || len(listed[0].Unmet) != 1 {
		t.Errorf("with a damaged record: got %+v, %v", listed, err)
	}
}

// TestRollbackReportsUnmetDependencies goes back to a version that needs a removed pack.
func TestRollbackReportsUnmetDependencies(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	register(t, s, "", write(t, simplePack("base", "1.0.0")), write(t, simplePack("lib", "1.0.0").needing("base@^1")))
	register(t, s, registry.ReplaceUpgrade, write(t, simplePack("lib", "2.0.0")))
	if err := s.Remove(t.Context(), "base", nil); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time it is active already
		rep, err := s.RollBack(t.Context(), "lib", &registry.RollBackOptions{To: "1.0.0"})
		if err != nil || len(rep.Unmet) != 1 || rep.Unmet[0].String() != "base@^1" {
			t.Errorf("got %+v, %v", rep.Unmet, err)
		}
	}
	if rep, err := s.RollBack(t.Context(), "lib", &registry.RollBackOptions{To: "2.0.0"}); err != nil || len(rep.Unmet) != 0 {
		t.Errorf("got %+v, %v", rep.Unmet, err)
	}
}
