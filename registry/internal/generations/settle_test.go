package generations_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/filelock"
	"github.com/packtrain/pack/registry/internal/generations"
)

// dieAt lets a process die at the first step of the given name.
func (s *scene) dieAt(t *testing.T, step string, changes set) {
	t.Helper()
	m := &mortal{}
	d, err := s.open(t, m)
	if err != nil {
		t.Fatal(err)
	}
	m.at, m.steps = step, nil
	if err := s.apply(t, d, changes); !errors.Is(err, errDead) {
		t.Fatalf("at %q: got error %v", step, err)
	}
}

func (s *scene) journal(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(s.root, "journal", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func wantRepair(t *testing.T, err error, refs ...pack.Ref) {
	t.Helper()
	repair, ok := errors.AsType[*generations.RepairError](err)
	if !ok || !errors.Is(err, pack.ErrStore) || !slices.Equal(repair.Refs, refs) {
		t.Errorf("got error %v, want a RepairError of %v", err, refs)
	}
}

// TestIntentsThatAreNotUnderstood are left alone, and affect no other pack.
func TestIntentsThatAreNotUnderstood(t *testing.T) {
	t.Parallel()
	const move = `"moves":[{"ref":"demo","from":"","to":"` + first + `","new":true}]`
	for name, tt := range map[string]struct {
		content string
		blocked bool
		log     string
	}{
		"newer format":           {`{"format":2,"id":"x",` + move + `}`, true, "use a newer release"},
		"newer, with new fields": {`{"format":3,"set":[1],"moves":[{"ref":"demo","fence":7}]}`, true, "use a newer release"},
		"unknown field":          {`{"format":1,"id":"x","set":1,` + move + `}`, true, `unknown field \"set\": use a newer release`},
		"unknown field of move":  {`{"format":1,"id":"x","moves":[{"ref":"demo","fence":7}]}`, true, `unknown field \"fence\": use a newer release`},
		"no format":              {`{"id":"x",` + move + `}`, true, "has format 0"},
		"another operation":      {`{"format":1,"id":"y",` + move + `}`, true, "ID"},
		"two values":             {`{"format":1,"id":"x",` + move + `}{}`, false, "after the value"},
		"discards another pack":  {`{"format":1,"id":"x","moves":[{"ref":"demo","from":"","to":"../other","new":true}]}`, true, "../other"},
		"another ref":            {`{"format":1,"id":"x","moves":[{"ref":"../other","from":"","to":"` + first + `","new":true}]}`, false, "damaged"},
		"no change":              {`{"format":1,"id":"x","moves":[{"ref":"demo"}]}`, true, "damaged"},
		"no moves":               {`{"format":1,"id":"x"}`, false, "damaged"},
		"empty":                  {"", false, "cannot be read"},
		"zeros":                  {"\x00\x00\x00", false, "cannot be read"},
		"cut":                    {`{"format":1,"id":"x",` + move[:40], false, "cannot be read"},
	} {
		t.Run("M13/"+name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			if err := s.apply(t, s.mustOpen(t), set{"demo": published, "other": published}); err != nil {
				t.Fatal(err)
			}
			before := s.check(t)
			file := filepath.Join(s.root, "journal", "x.json")
			if err := os.WriteFile(file, []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
			d := s.mustOpen(t)
			if diff := cmp.Diff(before, s.readers(t)); diff != "" {
				t.Errorf("readers (-before +after)\n%s", diff)
			}
			if got := s.journal(t); !slices.Equal(got, []string{file}) || !strings.Contains(s.log.String(), tt.log) || !strings.Contains(s.log.String(), file) {
				t.Errorf("journal holds %v, logged is %s", got, s.log)
			}
			if n := strings.Count(s.log.String(), "\n"); n != 1 {
				t.Errorf("logged in %d lines, want one: %s", n, s.log)
			}
			if err := s.apply(t, d, set{"other": published, "new": published}); err != nil {
				t.Errorf("other packs: %v", err)
			}
			err := s.publish(t, d)
			if !tt.blocked && err != nil {
				t.Errorf("got error %v", err)
			}
			if tt.blocked {
				wantRepair(t, err, "demo")
			}
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
			if err := s.publish(t, d); err != nil {
				t.Errorf("without the entry: %v", err)
			}
			s.check(t)
		})
	}
}

// TestOneIntentAffectsNoOther lets three operations die, of which one cannot be
// settled for one reason or another.
func TestOneIntentAffectsNoOther(t *testing.T) {
	t.Parallel()
	for name, breaking := range map[string]func(t *testing.T, s *scene) (mend func()){
		"an entry that is a directory": func(t *testing.T, s *scene) func() {
			t.Helper()
			dir := filepath.Join(s.root, "journal", "0.json")
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			return func() { _ = os.Remove(dir) }
		},
		"a pointer that is not a link": func(t *testing.T, s *scene) func() {
			t.Helper()
			file := filepath.Join(s.root, "current", "b")
			if err := errors.Join(os.Remove(file), os.Mkdir(file, 0o755)); err != nil {
				t.Fatal(err)
			}
			return func() { _ = os.Remove(file) }
		},
		"a lock that is a directory": func(t *testing.T, s *scene) func() {
			t.Helper()
			file := filepath.Join(s.root, "locks", "b.lock")
			if err := errors.Join(os.Remove(file), os.Mkdir(file, 0o755)); err != nil {
				t.Fatal(err)
			}
			return func() { _ = os.Remove(file) }
		},
	} {
		t.Run("N14/"+name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			if err := s.apply(t, s.mustOpen(t), set{"a": published, "b": published, "c": published}); err != nil {
				t.Fatal(err)
			}
			d := s.mustOpen(t)
			for _, ref := range []pack.Ref{"a", "b", "c"} { // undecided, decided, decided
				m := &mortal{at: map[pack.Ref]string{"a": "decide", "b": "decided", "c": "decided"}[ref]}
				dying, err := generations.Open(generations.Config{Root: s.root, LockTimeout: time.Second, Fault: m.step, Unsynced: true})
				if err != nil {
					t.Fatal(err)
				}
				s.records.fault = m.step
				if err := s.apply(t, dying, set{ref: published}); !errors.Is(err, errDead) {
					t.Fatalf("got error %v", err)
				}
			}
			mend := breaking(t, s)
			s.mustOpen(t)
			readers := map[pack.Ref]string{}
			for _, ref := range []pack.Ref{"a", "c"} {
				readers[ref], _ = d.Pointer(ref)
			}
			if diff := cmp.Diff(map[pack.Ref]string{"a": first, "c": second}, readers); diff != "" {
				t.Errorf("readers (-want +got)\n%s", diff)
			}
			mend()
			s.mustOpen(t)
			want := map[pack.Ref]string{"a": first, "b": second, "c": second}
			if diff := cmp.Diff(want, s.check(t)); diff != "" {
				t.Errorf("mended (-want +got)\n%s", diff)
			}
		})
	}
}

// TestRecordsThatCannotBeAsked keep the packs of an operation from being
// changed, and nothing else.
func TestRecordsThatCannotBeAsked(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.dieAt(t, "decided", set{"a": published, "b": published})
	s.mustOpen(t)
	if got := s.check(t); len(got) != 2 {
		t.Errorf("got %v", got)
	}
	s.dieAt(t, "decided", set{"a": published, "b": published})
	m := &mortal{at: "outcome", fault: forEver}
	d, err := s.open(t, m)
	if err != nil {
		t.Fatalf("opening the root: %v", err)
	}
	if err := s.apply(t, d, set{"c": published}); err != nil {
		t.Errorf("another pack: %v", err)
	}
	err = s.apply(t, d, set{"a": published, "c": published})
	wantRepair(t, err, "a", "b")
	if lock, err := d.Lock(t.Context(), s.records, []pack.Ref{"c"}, "a"); err != nil {
		t.Errorf("a pack that depends on it: %v", err)
	} else {
		lock.Release()
	}
	s.mustOpen(t)
	if diff := cmp.Diff(map[pack.Ref]string{"a": second, "b": second, "c": first}, s.check(t)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestLockSettlesWholeSets takes the lock of one pack, or shares it, while a dead
// operation waits that concerns others, too.
func TestLockSettlesWholeSets(t *testing.T) {
	t.Parallel()
	for name, lock := range map[string]func(t *testing.T, s *scene, d *generations.Disk) (generations.Lock, error){
		"changed": func(t *testing.T, s *scene, d *generations.Disk) (generations.Lock, error) {
			t.Helper()
			return d.Lock(t.Context(), s.records, []pack.Ref{"c"})
		},
		"shared": func(t *testing.T, s *scene, d *generations.Disk) (generations.Lock, error) {
			t.Helper()
			return d.Lock(t.Context(), s.records, []pack.Ref{"z"}, "b")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			d := s.mustOpen(t)
			s.dieAt(t, "move pointer", set{"a": published, "b": published, "c": published})
			s.records.fault = (&mortal{}).step
			held, err := lock(t, s, d)
			if err != nil {
				t.Fatal(err)
			}
			defer held.Release()
			if got := s.readers(t); len(got) != 3 || len(s.journal(t)) > 0 {
				t.Errorf("readers get %v, journal holds %v", got, s.journal(t))
			}
		})
	}
}

// TestRecordsFromACopy restores records that do not know an operation that was
// finished but for its intent: it is recorded again when they are as they were
// before it, else only the files stay.
func TestRecordsFromACopy(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		records map[pack.Ref]string
		want    map[pack.Ref]string
	}{
		"of the moment before": {map[pack.Ref]string{"a": first, "b": first}, map[pack.Ref]string{"a": second, "b": second}},
		"empty":                {map[pack.Ref]string{}, map[pack.Ref]string{}},
	} {
		t.Run("N16/"+name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			if err := s.apply(t, s.mustOpen(t), set{"a": published, "b": published}); err != nil {
				t.Fatal(err)
			}
			s.dieAt(t, "sync pointers", set{"a": published, "b": published})
			s.records.active, s.records.known = tt.records, map[string]bool{}
			s.mustOpen(t)
			if diff := cmp.Diff(tt.want, s.recorded()); diff != "" {
				t.Errorf("records (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(map[pack.Ref]string{"a": second, "b": second}, s.readers(t)); diff != "" {
				t.Errorf("readers (-want +got)\n%s", diff)
			}
			if left := s.journal(t); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
			for _, op := range s.records.ops {
				if op.Actor != someActor || !op.Time.Equal(someTime) {
					t.Errorf("operation of %q at %v", op.Actor, op.Time)
				}
			}
		})
	}
}

// TestPointersFollowWhatTheRecordsSayNow lets the records go on after the
// operation, before it is settled.
func TestPointersFollowWhatTheRecordsSayNow(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	if err := s.publish(t, s.mustOpen(t)); err != nil {
		t.Fatal(err)
	}
	s.dieAt(t, "decided", set{"demo": published})
	s.records.active["demo"] = first
	s.mustOpen(t)
	if got := s.check(t)["demo"]; got != first {
		t.Errorf("got %q", got)
	}
}

// TestActiveGenerationIsNeverUndone lets the records forget the operation, and
// nothing else: it was so long ago.
func TestActiveGenerationIsNeverUndone(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	if err := s.apply(t, s.mustOpen(t), set{"a": published, "b": published}); err != nil {
		t.Fatal(err)
	}
	s.dieAt(t, "create pointer", set{"a": published, "b": published})
	s.records.known = map[string]bool{}
	s.mustOpen(t)
	if diff := cmp.Diff(map[pack.Ref]string{"a": second, "b": second}, s.check(t)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestMissingFilesAreNotReplacedByNothing removes the files of a generation that
// was recorded, before its pointer moved.
func TestMissingFilesAreNotReplacedByNothing(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	if err := s.apply(t, s.mustOpen(t), set{"a": published, "b": published}); err != nil {
		t.Fatal(err)
	}
	s.dieAt(t, "create pointer", set{"a": published, "b": published})
	if err := os.RemoveAll(filepath.Join(s.root, "packs", "a", second)); err != nil {
		t.Fatal(err)
	}
	s.mustOpen(t)
	if diff := cmp.Diff(map[pack.Ref]string{"a": first, "b": second}, s.readers(t)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if left := s.journal(t); len(left) > 0 || !strings.Contains(s.log.String(), "files of the active generation are missing") {
		t.Errorf("left: %v, logged %s", left, s.log)
	}
}

// TestEveryWaitHasABound holds the lock of staging, as a stopped process does.
func TestEveryWaitHasABound(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	if err := s.publish(t, s.mustOpen(t)); err != nil {
		t.Fatal(err)
	}
	release, err := filelock.Acquire(t.Context(), filepath.Join(s.root, "locks", ".staging.lock"))
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	d := s.mustOpen(t)
	if d := time.Since(begin); d > 500*time.Millisecond {
		t.Errorf("opening took %v", d)
	}
	if err := s.publish(t, d); !errors.Is(err, pack.ErrBusy) {
		t.Errorf("got error %v", err)
	}
	release()
	if err := s.publish(t, d); err != nil {
		t.Error(err)
	}
	s.check(t)
}

// TestTrashThatCannotBeDeleted keeps nothing else from being deleted.
func TestTrashThatCannotBeDeleted(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	m := &mortal{}
	d, err := s.open(t, m)
	if err != nil {
		t.Fatal(err)
	}
	trash := filepath.Join(s.root, "trash")
	for range 3 {
		if err := os.MkdirAll(filepath.Join(trash, generations.NewID(), "dir"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	m.n, m.fault, m.steps = 1, once, nil
	never := func() bool { return false }
	if err := d.Reap(never); !errors.Is(err, errDead) {
		t.Errorf("got error %v", err)
	}
	if left, err := os.ReadDir(trash); err != nil || len(left) != 1 {
		t.Errorf("left: %v, %v", left, err)
	}
	if err := d.Reap(never); err != nil {
		t.Error(err)
	}
}
