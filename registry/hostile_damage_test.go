package registry_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// hostileDamage are the rows about one bad entry in the bookkeeping of a root: it concerns
// at most the pack demo, whose mark or error says so.
func hostileDamage(t *testing.T) {
	t.Helper()
	for name, tt := range map[string]struct {
		damage func(t *testing.T, r *root)
		marked bool // demo is marked, or its record is damaged
		locked bool // demo cannot be changed
	}{
		"intent of a newer release": {func(t *testing.T, r *root) {
			t.Helper()
			writeTo(t, r.dir, files{"journal/x.json": `{"format":2,"id":"x","moves":[{"ref":"demo"}]}`})
		}, true, true},
		"intent that is a directory": {makeDir("journal/x.json"), false, false},
		"lock that is a directory":   {makeDir("locks/demo.lock"), false, true},
		"record": {func(t *testing.T, r *root) {
			t.Helper()
			r.records.(*registry.Files).Damage(t, "demo") //nolint:forcetypeassert // newFilesRoot made it
		}, true, false},
		"generation": {func(t *testing.T, r *root) {
			t.Helper()
			active, err := r.records.Active(t.Context(), "demo")
			if err != nil {
				t.Fatal(err)
			}
			r.records.(*registry.Files).DamageGeneration(t, "demo", active) //nolint:forcetypeassert // the same
		}, true, false},
		"lock of staging that is a directory": {makeDir("staging/dead.lock/x"), false, false},
		"trash that cannot be emptied":        {makeDir("trash/x"), false, false},
	} {
		t.Run("N14/"+name, func(t *testing.T) {
			t.Parallel()
			r := newFilesRoot(t, false)
			register(t, r.open(t), "", write(t, simplePack("other", "1.0.0")))
			_ = os.Remove(filepath.Join(r.dir, "locks", "demo.lock")) // it exists if demo was locked
			tt.damage(t, r)
			wantOthersWork(t, r, tt.marked, tt.locked)
		})
	}
}

func makeDir(name string) func(*testing.T, *root) {
	return func(t *testing.T, r *root) {
		t.Helper()
		if err := os.MkdirAll(filepath.Join(r.dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

// wantOthersWork does everything with a root in which demo is damaged, and nothing can be
// deleted: all succeeds but what concerns demo.
func wantOthersWork(t *testing.T, r *root, marked, locked bool) {
	t.Helper()
	s, err := registry.OpenFaulty(t.Context(), r.config(), func(step string) error {
		if step == "empty trash" {
			return syscall.EACCES
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	packs, err := s.List(t.Context())
	broken := registry.DamagedRefs(err)
	for _, p := range packs {
		if p.NeedsRepair != "" {
			broken = append(broken, p.Ref)
		}
	}
	if want := []pack.Ref{"demo"}[:map[bool]int{true: 1}[marked]]; !slices.Equal(broken, want) {
		t.Errorf("marked: %v, want %v", broken, want)
	}
	register(t, s, registry.ReplaceUpgrade, write(t, simplePack("other", "2.0.0")), write(t, simplePack("third", "1.0.0")))
	for name, err := range map[string]error{
		"roll back": second(s.RollBack(t.Context(), "other", nil)), "remove": s.Remove(t.Context(), "third", nil),
		"configure": second(s.SetConfig(t.Context(), "other", map[string]any{"a": 1}, nil)), "show": second(s.Show(t.Context(), "other")),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err = s.Register(t.Context(), registry.Request{Paths: []string{write(t, simplePack("demo", "2.0.0"))}, Replace: registry.ReplaceAny})
	if (err != nil) != locked || locked && pack.CodeOf(err) == "" {
		t.Errorf("register demo: got %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// missingRecords opens a root with new records, which say nothing of its packs.
func missingRecords(t *testing.T) {
	t.Parallel()
	r := newFilesRoot(t, false)
	for name, records := range map[string]registry.Records{"memory": registry.NewMemory(), "files": openFiles(t, t.TempDir())} {
		lost := root{r.dir, records}
		c := lost.config()
		_, err := registry.Open(t.Context(), c)
		wantRootError(t, err, true)
		if _, err := registry.OpenReadOnly(t.Context(), c); err == nil {
			t.Errorf("%s: opened for reading", name)
		}
		c.Adopt = true
		if got := differences(t, lost.openWith(t, c)); len(got) > 0 || state(t, &lost) != "1.0.0" {
			t.Errorf("%s: adopted: %v, %s", name, got, state(t, &lost))
		}
	}
}

// foreignRecords opens a root with the records of another one, which has the same pack.
func foreignRecords(t *testing.T) {
	t.Parallel()
	r, other := newFilesRoot(t, false), newFilesRoot(t, false)
	register(t, other.open(t), registry.ReplaceUpgrade, write(t, simplePack("demo", "2.0.0")))
	mixed := root{r.dir, other.records}
	for _, adopt := range []bool{false, true} {
		c := mixed.config()
		c.Adopt = adopt
		_, err := registry.Open(t.Context(), c)
		wantRootError(t, err, false)
	}
	if _, err := registry.OpenReadOnly(t.Context(), mixed.config()); !errors.Is(err, pack.ErrStore) {
		t.Errorf("opened for reading: %v", err)
	}
	if got := fmt.Sprint(state(t, r), state(t, other)); got != "1.0.02.0.0" {
		t.Errorf("got %s", got)
	}
}

// unreadable are records of which a part is damaged, the one that says which generation of
// a pack is active.
type unreadable struct{ registry.Records }

func (unreadable) Active(context.Context, pack.Ref) (string, error) {
	return "", pack.Errorf(pack.CodeStoreCorrupt, "the database is damaged")
}

// unreadableRecords are not the problem of one pack: packs are not left out for it.
func unreadableRecords(t *testing.T) {
	t.Parallel()
	r := newFilesRoot(t, false)
	c := r.config()
	c.Records = unreadable{r.records}
	if snap, err := r.openWith(t, c).Snapshot(t.Context()); !errors.Is(err, pack.ErrStore) {
		t.Errorf("got %+v, %v", snap, err)
	}
	c.Records, c.Adopt = unreadable{registry.NewMemory()}, true
	if _, err := registry.Open(t.Context(), c); !errors.Is(err, pack.ErrStore) {
		t.Errorf("adopted: got %v", err)
	}
}
