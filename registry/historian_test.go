package registry_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// publish registers versions of the pack demo and returns the names of the generations.
func publish(t *testing.T, s *registry.Store, all ...string) (names []string) {
	t.Helper()
	for _, version := range all {
		names = append(names, register(t, s, registry.ReplaceAny, write(t, simplePack("demo", version)))[0].Generation)
	}
	return names
}

// history returns the generations of demo in short: version, state, and "pinned".
func history(t *testing.T, s registry.Historian) (short []string) {
	t.Helper()
	all, err := s.History(t.Context(), "demo")
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		text := all[i].Version.String() + " " + string(all[i].State)
		if all[i].Pinned {
			text += " pinned"
		}
		short = append(short, text)
	}
	return short
}

func wantHistory(t *testing.T, s registry.Historian, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, history(t, s)); diff != "" {
		t.Errorf("history (-want +got)\n%s", diff)
	}
}

func TestHistory(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	s := r.open(t)
	names := publish(t, s, "1.0.0", "2.0.0")
	path := write(t, simplePack("demo", "3.0.0"))
	if _, err := s.Register(registry.WithActor(t.Context(), "ann"), registry.Request{Paths: []string{path}, Replace: registry.ReplaceAny}); err != nil {
		t.Fatal(err)
	}
	wantHistory(t, s, "1.0.0 kept", "2.0.0 kept", "3.0.0 active")
	all, err := s.History(t.Context(), "demo")
	if err != nil {
		t.Fatal(err)
	}
	if last := all[2]; last.Actor != "ann" || last.Created.IsZero() || last.TreeDigest == "" || all[0].Actor != "" {
		t.Errorf("got %+v", last.Generation)
	}
	if err := os.RemoveAll(filepath.Join(r.dir, "packs", "demo", names[0])); err != nil {
		t.Fatal(err)
	}
	wantHistory(t, s, "1.0.0 missing", "2.0.0 kept", "3.0.0 active")
	if _, err := s.History(t.Context(), "ghost"); !errors.Is(err, pack.ErrNotFound) {
		t.Errorf("not installed: got %v", err)
	}
}

func TestRollBackToAGeneration(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	names := publish(t, s, "1.0.0", "2.0.0", "3.0.0")
	to := func(to, from, want string) {
		t.Helper()
		rep, err := s.RollBack(t.Context(), "demo", &registry.RollBackOptions{To: to, From: from})
		if err != nil || rep.Active.Version.String() != want {
			t.Errorf("to %q from %q: got %s, %v, want %s", to, from, rep.Active.Version, err, want)
		}
	}
	to("1.0.0", "", "1.0.0")
	to(names[2], names[0], "3.0.0") // forwards
	to(names[1], names[2], "2.0.0")
	to(names[1], names[2], "2.0.0") // again, with the same expectation
	to("2.0.0", names[1], "2.0.0")
	wantHistory(t, s, "1.0.0 kept", "2.0.0 active", "3.0.0 kept")

	// Two clicks go back once.
	to("", names[1], "1.0.0")
	if _, err := s.RollBack(t.Context(), "demo", &registry.RollBackOptions{From: names[1]}); !errors.Is(err, pack.ErrConflict) {
		t.Errorf("the second click: got %v", err)
	}
	if _, err := s.RollBack(t.Context(), "demo", &registry.RollBackOptions{To: names[2], From: names[1]}); !errors.Is(err, pack.ErrConflict) {
		t.Errorf("another generation is expected: got %v", err)
	}
	_, err := s.RollBack(t.Context(), "demo", &registry.RollBackOptions{To: "9.9.9"})
	if !errors.Is(err, pack.ErrNotFound) || !strings.Contains(err.Error(), "2.0.0 ("+names[1]+")") {
		t.Errorf("no such generation: got %v", err)
	}
	wantHistory(t, s, "1.0.0 active", "2.0.0 kept", "3.0.0 kept")
}

// TestRollBackWithoutTheEarlierGeneration loses the generation that was active before.
func TestRollBackWithoutTheEarlierGeneration(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	s := r.open(t)
	names := publish(t, s, "1.0.0", "2.0.0", "3.0.0")
	forget := registry.Operation{ID: "forget", Forget: []registry.Forgetting{{Ref: "demo", Generations: names[1:2]}}}
	if _, err := r.records.Apply(t.Context(), forget); err != nil {
		t.Fatal(err)
	}
	rep, err := s.RollBack(t.Context(), "demo", nil)
	if err != nil || rep.Active.Version.String() != "1.0.0" || rep.From.Name != names[2] {
		t.Errorf("got %+v, %v", rep, err)
	}
	if _, err := s.RollBack(t.Context(), "demo", nil); !errors.Is(err, pack.ErrNotFound) {
		t.Errorf("past the first: got %v", err)
	}
}

func TestRetention(t *testing.T) {
	t.Parallel()
	open := func(t *testing.T, retention registry.Retention, clock func() time.Time) *registry.Store {
		t.Helper()
		r := newRoot(t)
		c := r.config()
		c.Retention, c.Clock = retention, clock
		return r.openWith(t, c)
	}
	many := []string{"1.0.0", "2.0.0", "3.0.0", "4.0.0", "5.0.0", "6.0.0", "7.0.0", "8.0.0", "9.0.0", "10.0.0", "11.0.0", "12.0.0"}
	t.Run("default", func(t *testing.T) {
		t.Parallel()
		s := open(t, registry.Retention{}, nil)
		publish(t, s, many...)
		if got := history(t, s); len(got) != registry.DefaultGenerations || got[0] != "3.0.0 kept" {
			t.Errorf("got %q", got)
		}
	})
	t.Run("all", func(t *testing.T) {
		t.Parallel()
		s := open(t, registry.Retention{Generations: -1}, nil)
		publish(t, s, many...)
		if got := history(t, s); len(got) != len(many) {
			t.Errorf("got %q", got)
		}
	})
	t.Run("number", func(t *testing.T) {
		t.Parallel()
		s := open(t, registry.Retention{Generations: 2}, nil)
		publish(t, s, "1.0.0", "2.0.0")
		if _, err := s.RollBack(t.Context(), "demo", nil); err != nil {
			t.Fatal(err)
		}
		publish(t, s, "3.0.0", "4.0.0")
		wantHistory(t, s, "3.0.0 kept", "4.0.0 active")
		if name, err := s.PinGeneration(t.Context(), "demo", "3.0.0"); err != nil || !strings.HasPrefix(name, "000003-") {
			t.Errorf("pin: got %q, %v", name, err)
		}
		publish(t, s, "5.0.0", "6.0.0", "7.0.0")
		wantHistory(t, s, "3.0.0 kept pinned", "6.0.0 kept", "7.0.0 active")
		if _, err := s.RollBack(t.Context(), "demo", &registry.RollBackOptions{To: "3.0.0"}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.UnpinGeneration(t.Context(), "demo", "3.0.0"); err != nil {
			t.Fatal(err)
		}
		publish(t, s, "8.0.0") // the one before it is kept, whatever its number
		wantHistory(t, s, "3.0.0 kept", "7.0.0 kept", "8.0.0 active")
	})
	t.Run("age", func(t *testing.T) {
		t.Parallel()
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		s := open(t, registry.Retention{Age: time.Hour}, func() time.Time { return now })
		publish(t, s, "1.0.0", "2.0.0", "3.0.0")
		now = now.Add(2 * time.Hour)
		wantHistory(t, s, "1.0.0 kept", "2.0.0 kept", "3.0.0 active")
		if err := s.Reap(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantHistory(t, s, "2.0.0 kept", "3.0.0 active")
	})
}

func TestPinsOfWhatIsNotThere(t *testing.T) {
	t.Parallel()
	s := newRoot(t).open(t)
	publish(t, s, "1.0.0")
	for ref, generation := range map[pack.Ref]string{"demo": "2.0.0", "ghost": "1.0.0"} {
		if _, err := s.PinGeneration(t.Context(), ref, generation); !errors.Is(err, pack.ErrNotFound) {
			t.Errorf("pin %s of %s: got %v", generation, ref, err)
		}
	}
}

// TestInterruptedCollection leaves the files of a generation that is not recorded.
func TestInterruptedCollection(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	s := r.open(t)
	names := publish(t, s, "1.0.0", "2.0.0", "3.0.0")
	forget := registry.Operation{ID: "forget", Forget: []registry.Forgetting{{Ref: "demo", Generations: names[:1]}}}
	if _, err := r.records.Apply(t.Context(), forget); err != nil {
		t.Fatal(err)
	}
	publish(t, s, "4.0.0")
	if _, err := os.Stat(filepath.Join(r.dir, "packs", "demo", names[0])); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the files of %s are left: %v", names[0], err)
	}
	wantHistory(t, s, "2.0.0 kept", "3.0.0 kept", "4.0.0 active")
}

// TestNewerFilesThanRecords replaces the records by an older copy: the files of later
// generations are not collected.
func TestNewerFilesThanRecords(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	dir := filepath.Join(t.TempDir(), "records")
	r.records = openFiles(t, dir)
	s := r.open(t)
	publish(t, s, "1.0.0", "2.0.0")
	old := filepath.Join(t.TempDir(), "old")
	if err := os.CopyFS(old, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	late := publish(t, s, "3.0.0")[0]
	r.records = openFiles(t, old)
	if err := r.open(t).Reap(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(r.dir, "packs", "demo", late)); err != nil {
		t.Error(err)
	}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	c := r.config()
	envs := attached{{Runtime: pack.RuntimePython, Key: "p1", Instance: "i1", Path: t.TempDir()}}
	c.Environments = &envs
	s := r.openWith(t, c)
	first := simplePack("demo", "1.0.0")
	register(t, s, "", write(t, first.with(files{"old.txt": "x", "actions/tool.sh": "#!/bin/sh\n", "mode.txt": "same"})))
	envs = attached{{Runtime: pack.RuntimePython, Key: "p2", Instance: "i2", Path: t.TempDir()}}
	second := write(t, simplePack("demo", "2.0.0").with(files{"new.txt": "x", "actions/tool.sh": "#!/bin/sh\necho\n", "mode.txt": "same"}))
	if err := os.Chmod(filepath.Join(second, "mode.txt"), 0o755); err != nil {
		t.Fatal(err)
	}
	register(t, s, registry.ReplaceUpgrade, second)
	d, err := s.Diff(t.Context(), "demo", "", "")
	if err != nil {
		t.Fatal(err)
	}
	files := registry.FileChanges{
		Added: []string{"new.txt"}, Removed: []string{"old.txt"},
		Changed: []string{"actions/run.sh", "actions/tool.sh", "lib/deep/data.txt", "mode.txt", "pack.yaml"},
	}
	if diff := cmp.Diff(files, d.Files); diff != "" {
		t.Errorf("files (-want +got)\n%s", diff)
	}
	want := []registry.EnvironmentChange{{
		Runtime: pack.RuntimePython, From: registry.EnvironmentID{Key: "p1", Instance: "i1"}, To: registry.EnvironmentID{Key: "p2", Instance: "i2"},
	}}
	if diff := cmp.Diff(want, d.Environments); diff != "" {
		t.Errorf("environments (-want +got)\n%s", diff)
	}
	if d.From.Version.String() != "1.0.0" || d.To.Version.String() != "2.0.0" {
		t.Errorf("got %+v to %+v", d.From, d.To)
	}
	back, err := s.Diff(t.Context(), "demo", "2.0.0", "1.0.0")
	if err != nil || len(back.Files.Added) != 1 || back.Files.Added[0] != "old.txt" {
		t.Errorf("the other way round: got %+v, %v", back, err)
	}
	same, err := s.Diff(t.Context(), "demo", "1.0.0", "1.0.0")
	if err != nil || len(same.Files.Added)+len(same.Files.Removed)+len(same.Files.Changed)+len(same.Environments) != 0 {
		t.Errorf("the same generation: got %+v, %v", same, err)
	}
	if _, err := s.Diff(t.Context(), "demo", "3.0.0", ""); !errors.Is(err, pack.ErrNotFound) {
		t.Errorf("no such generation: got %v", err)
	}
}
