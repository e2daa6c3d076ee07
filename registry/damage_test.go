package registry_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// TestDamagedRecord damages the record of one pack: the others are installed,
// listed and removed as before, and so is that one in the end.
func TestDamagedRecord(t *testing.T) {
	t.Parallel()
	memory := registry.NewMemory()
	r := newRoot(t)
	r.records = memory
	s := r.open(t)
	bad := write(t, simplePack("bad", "1.0.0"))
	register(t, s, "", bad, write(t, simplePack("good", "1.0.0")))
	memory.Damage(t, "bad")
	r.open(t)

	listed, err := s.List(t.Context())
	if damaged, ok := errors.AsType[*registry.RecordError](err); !ok || damaged.Ref != "bad" || len(listed) != 1 || listed[0].Ref != "good" {
		t.Errorf("list: got %+v, %v", listed, err)
	}
	if installed, err := s.InstalledPacks(t.Context()); err != nil || len(installed) != 1 {
		t.Errorf("installed packs: got %+v, %v", installed, err)
	}
	register(t, s, registry.ReplaceUpgrade, write(t, simplePack("good", "1.1.0")), write(t, simplePack("new", "1.0.0")))
	if err := s.Remove(t.Context(), "good", nil); err != nil {
		t.Errorf("remove another: %v", err)
	}
	report, err := s.Register(t.Context(), registry.Request{Paths: []string{bad}, Replace: registry.ReplaceUpgrade})
	if len(report.Failed) != 1 || !errors.Is(err, pack.ErrStore) || !strings.Contains(err.Error(), "pack bad is damaged") {
		t.Errorf("upgrade: got %v", err)
	}
	if got := register(t, s, registry.ReplaceAny, bad)[0]; got.Unchanged || got.ID != 1 && got.ID != 2 {
		t.Errorf("replaced: got %+v", got)
	}
	if listed, err := s.List(t.Context()); err != nil || len(listed) != 2 {
		t.Errorf("list: got %+v, %v", listed, err)
	}
	memory.Damage(t, "bad")
	if err := s.Remove(t.Context(), "bad", nil); err != nil {
		t.Errorf("remove: %v", err)
	}
}

// TestDamagedGeneration damages one generation of a pack: it can be replaced, rolled back
// and shown like others, and replacing any version replaces a damaged active one.
func TestDamagedGeneration(t *testing.T) {
	t.Parallel()
	v4 := write(t, simplePack("demo", "4.0.0"))
	for name, tt := range map[string]struct {
		damage  int // the generation that is damaged
		replace registry.Replace
	}{"first": {0, registry.ReplaceUpgrade}, "earlier": {1, registry.ReplaceUpgrade}, "active": {2, registry.ReplaceAny}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			memory, r := registry.NewMemory(), newRoot(t)
			r.records = memory
			s := r.open(t)
			var generations []string
			for _, version := range []string{"1.0.0", "2.0.0", "3.0.0"} {
				generations = append(generations, register(t, s, registry.ReplaceUpgrade, write(t, simplePack("demo", version)))[0].Generation)
			}
			memory.DamageGeneration(t, "demo", generations[tt.damage])
			if details, err := s.Show(t.Context(), "demo"); tt.damage != 2 && (err != nil || len(details.Generations) != 2) {
				t.Errorf("show: got %+v, %v", details, err)
			}
			if got := register(t, s, tt.replace, v4)[0]; !strings.HasPrefix(got.Generation, "000004-") {
				t.Errorf("replaced by generation %s", got.Generation)
			}
			_, err := s.RollBack(t.Context(), "demo", nil)
			if tt.damage == 2 {
				if damaged, ok := errors.AsType[*registry.RecordError](err); !ok || damaged.Ref != "demo" {
					t.Errorf("roll back to the damaged one: got %v", err)
				}
			} else if err != nil || state(t, r) != "3.0.0" {
				t.Errorf("roll back: %v", err)
			}
		})
	}
}

// TestAdoptionPassesDamagedGenerations adopts a root with an old copy of its records, in
// which a generation is damaged.
func TestAdoptionPassesDamagedGenerations(t *testing.T) {
	t.Parallel()
	r, dir, backup := newRoot(t), filepath.Join(t.TempDir(), "records"), t.TempDir()
	r.records = openFiles(t, dir)
	s := r.open(t)
	first := register(t, s, "", write(t, simplePack("demo", "1.0.0")))[0].Generation
	register(t, s, registry.ReplaceUpgrade, write(t, simplePack("demo", "2.0.0")))
	if err := os.CopyFS(backup, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	register(t, s, registry.ReplaceUpgrade, write(t, simplePack("demo", "3.0.0")), write(t, simplePack("other", "1.0.0")))
	old := openFiles(t, backup)
	old.DamageGeneration(t, "demo", first)
	r.records = old
	c := r.config()
	c.Adopt = true
	r.openWith(t, c)
	if diff := cmp.Diff(map[string]string{"demo": "3.0.0", "other": "1.0.0"}, versions(t, r)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// FuzzDelta reads any bytes as what a frame of records holds.
func FuzzDelta(f *testing.F) {
	for _, payload := range registry.SomeDeltas() {
		f.Add(payload)
	}
	f.Add([]byte("\x02\x00\x00\x00{}"))
	f.Add([]byte("\xff\xff\xff\xff{}"))
	f.Fuzz(func(t *testing.T, payload []byte) {
		again, err := registry.RecodeDelta(payload)
		if err != nil {
			if pack.CodeOf(err) != pack.CodeStoreCorrupt {
				t.Fatalf("got %v", err)
			}
			return
		}
		if third, err := registry.RecodeDelta(again); err != nil || string(third) != string(again) {
			t.Fatalf("got %q, %v, then %q", again, err, third)
		}
	})
}
