package registry_test

import (
	"errors"
	"strings"
	"testing"

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
