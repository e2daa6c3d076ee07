package generations_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/packtrain/pack/registry/internal/generations"
)

func never() bool { return false }

func lease(t *testing.T, d *generations.Disk, name string) generations.Lease {
	t.Helper()
	l, ok, err := d.Lease("demo", name)
	if err != nil || !ok || !l.Held() {
		t.Fatalf("lease of %s: %v, %v, %v", name, l, ok, err)
	}
	t.Cleanup(l.Release)
	return l
}

// TestRemovalBesideAReader removes a pack of which a reader has leased one generation,
// by a process that dies at each step: the others are discarded, that one remains until
// its lease ends, and its name is not used again.
func TestRemovalBesideAReader(t *testing.T) {
	t.Parallel()
	for n := 1; ; n++ {
		s := newScene(t)
		d := s.mustOpen(t)
		for range 2 {
			if err := s.publish(t, d); err != nil {
				t.Fatal(err)
			}
		}
		held := lease(t, d, first)
		m := &mortal{n: n}
		if dying, err := s.open(t, m); err == nil {
			_ = s.move(t, dying, "")
		}
		reached := len(m.steps) >= n
		d = s.mustOpen(t)
		what := fmt.Sprintf("step %d, %q", n, m.steps[len(m.steps)-1])
		if s.records.active["demo"] == "" {
			checkLeased(t, s, d, what)
			held.Release()
			checkReleased(t, s, d, what)
		}
		if t.Failed() || !reached {
			return
		}
	}
}

// checkLeased checks that of the removed generations, only the leased one remains.
func checkLeased(t *testing.T, s *scene, d *generations.Disk, what string) {
	t.Helper()
	if err := d.Collect(t.Context(), time.Now().AddDate(10, 0, 0), never); err != nil {
		t.Errorf("%s: collect: %v", what, err)
	}
	got, err := os.ReadFile(filepath.Join(d.Content("demo", first), "name"))
	if err != nil || string(got) != first {
		t.Errorf("%s: leased generation: %q, %v", what, got, err)
	}
	if _, err := os.Stat(d.Generation("demo", second)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s: the other generation: %v", what, err)
	}
	if names, err := d.Generations("demo"); err != nil || len(names) > 0 {
		t.Errorf("%s: generations %q, %v", what, names, err)
	}
	if err := s.publish(t, d); err != nil || s.records.active["demo"] != third {
		t.Errorf("%s: published again as %q, %v", what, s.records.active["demo"], err)
	}
	if err := s.move(t, d, ""); err != nil {
		t.Errorf("%s: removed again: %v", what, err)
	}
}

// checkReleased checks that nothing of the pack remains.
func checkReleased(t *testing.T, s *scene, d *generations.Disk, what string) {
	t.Helper()
	if err := d.Collect(t.Context(), someTime, never); err != nil {
		t.Errorf("%s: collect: %v", what, err)
	}
	s.check(t)
	if entries, err := filepath.Glob(filepath.Join(s.root, "packs", "demo", "*")); err != nil || len(entries) > 0 {
		t.Errorf("%s: left: %q, %v", what, entries, err)
	}
}

// TestLeaseOfADiscardedGeneration: a lease fails without waiting while the files are
// being discarded, and after that.
func TestLeaseOfADiscardedGeneration(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	d := s.mustOpen(t)
	if err := s.publish(t, d); err != nil {
		t.Fatal(err)
	}
	m := &mortal{}
	discarding, err := s.open(t, m)
	if err != nil {
		t.Fatal(err)
	}
	m.hook = func(step string) {
		if step != "move to trash" {
			return
		}
		if l, ok, err := d.Lease("demo", first); ok || err != nil || l.Held() {
			t.Errorf("while it is discarded: %v, %v, %v", l, ok, err)
		}
	}
	if err := s.move(t, discarding, ""); err != nil {
		t.Fatal(err)
	}
	if l, ok, err := d.Lease("demo", first); ok || !errors.Is(err, fs.ErrNotExist) || l.Held() {
		t.Errorf("after that: %v, %v, %v", l, ok, err)
	}
}
