package registry_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// TestDamagedJournal has an entry that cannot be understood: it stays, and keeps
// nothing from working.
func TestDamagedJournal(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{"empty": "", "zeros": "\x00\x00\x00", "cut": `{"format":1,"id":"x"`, "not ours": `{"ref":"demo","from":"../x","to":"y"}`} {
		t.Run("M13/"+name, func(t *testing.T) {
			t.Parallel()
			r := newRoot(t)
			register(t, r.open(t), "", write(t, simplePack("demo", "1.0.0")))
			writeTo(t, r.dir, files{"journal/x.json": content})
			s := r.open(t)
			register(t, s, registry.ReplaceUpgrade, write(t, simplePack("demo", "2.0.0")), write(t, simplePack("other", "1.0.0")))
			if got := state(t, r); got != "2.0.0" {
				t.Errorf("got %s", got)
			}
			if _, err := os.Stat(filepath.Join(r.dir, "journal", "x.json")); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestPackThatNeedsRepair has an entry of a newer release in the journal, about
// one pack: all but changing that pack works.
func TestPackThatNeedsRepair(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	demo, app := write(t, simplePack("demo", "1.0.0")), write(t, simplePack("app", "1.0.0").needing("demo"))
	register(t, r.open(t), "", demo)
	writeTo(t, r.dir, files{"journal/x.json": `{"format":2,"id":"x","moves":[{"ref":"demo"}]}`})
	s := r.open(t)
	if listed, err := s.List(t.Context()); err != nil || len(listed) != 1 {
		t.Errorf("list: got %v, %v", listed, err)
	}
	register(t, s, "", app, demo) // demo is unchanged
	_, rollBack := s.RollBack(t.Context(), "demo", nil)
	for name, err := range map[string]error{"remove": s.Remove(t.Context(), "demo", nil), "roll back": rollBack} {
		repair, ok := errors.AsType[*registry.RepairError](err)
		if !ok || repair.Operation != "x" || !slices.Equal(repair.Refs, []pack.Ref{"demo"}) || !errors.Is(err, pack.ErrStore) || !strings.Contains(err.Error(), "newer release") {
			t.Errorf("%s: got error %v", name, err)
		}
	}
	report, err := s.Register(t.Context(), registry.Request{Paths: []string{write(t, simplePack("demo", "2.0.0"))}, Replace: registry.ReplaceUpgrade})
	wantFailure(t, report, err, pack.StageRegistration, pack.CodeStoreCorrupt)
}

// TestDamagedJournalOfARecordedChange cuts the journal of a process that died
// between records and pointer. Registering the pack again heals it.
func TestDamagedJournalOfARecordedChange(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	v2 := write(t, simplePack("demo", "2.0.0"))
	register(t, r.open(t), "", write(t, simplePack("demo", "1.0.0")))
	upgrade := func(ctx context.Context, s *registry.Store) error {
		_, err := s.Register(ctx, registry.Request{Paths: []string{v2}, Replace: registry.ReplaceUpgrade})
		return err
	}
	dieAtStep(t, r, "move pointer", upgrade)
	for _, e := range mustReadDir(t, filepath.Join(r.dir, "journal")) {
		if strings.HasSuffix(e.Name(), ".json") {
			if err := os.Truncate(filepath.Join(r.dir, "journal", e.Name()), 10); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := upgrade(t.Context(), r.open(t)); err != nil {
		t.Fatal(err)
	}
	if got := state(t, r); got != "2.0.0" {
		t.Errorf("got %s", got)
	}
}

// TestRestoredRecords puts back a copy of the records that is older than the
// files, after a process died in the middle of one more upgrade: other packs are
// not affected, and registering the pack again heals it.
func TestRestoredRecords(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"apply", "applied", "move pointer", "sync pointers"} {
		t.Run("N16/died at "+step, func(t *testing.T) {
			t.Parallel()
			r, records, backup := newRoot(t), filepath.Join(t.TempDir(), "records"), t.TempDir()
			r.records = openFiles(t, records)
			register(t, r.open(t), "", write(t, simplePack("demo", "1.0.0")), write(t, simplePack("other", "1.0.0")))
			if err := os.CopyFS(backup, os.DirFS(records)); err != nil {
				t.Fatal(err)
			}
			register(t, r.open(t), registry.ReplaceUpgrade, write(t, simplePack("demo", "2.0.0")))
			dieAtStep(t, r, step, func(ctx context.Context, s *registry.Store) error {
				_, err := s.Register(ctx, registry.Request{Paths: []string{write(t, simplePack("demo", "3.0.0"))}, Replace: registry.ReplaceUpgrade})
				return err
			})
			r.records = openFiles(t, backup)
			s := r.open(t)
			if listed, err := s.List(t.Context()); err != nil || len(listed) != 2 {
				t.Errorf("list: got %v, %v", listed, err)
			}
			register(t, s, registry.ReplaceUpgrade, write(t, simplePack("other", "2.0.0")), write(t, simplePack("demo", "4.0.0")))
			if diff := cmp.Diff(map[string]string{"demo": "4.0.0", "other": "2.0.0"}, versions(t, r)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if left := mustReadDir(t, filepath.Join(r.dir, "journal")); len(left) > 0 {
				t.Errorf("left in the journal: %v", left)
			}
		})
	}
}
