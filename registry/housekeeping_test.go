package registry_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/packtrain/pack/registry"
)

// TestHousekeepingDecidesNothing has a trash that cannot be emptied: what was
// done is done, and closing says nothing of it. A process that only reads does
// not try.
func TestHousekeepingDecidesNothing(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	tried := 0
	open := func() *registry.Store {
		s, err := registry.OpenFaulty(t.Context(), r.config(), func(step string) error {
			if step != "empty trash" {
				return nil
			}
			tried++
			return syscall.EACCES
		})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := open()
	register(t, s, "", write(t, simplePack("demo", "1.0.0")), write(t, simplePack("lib", "1.0.0")))
	if err := errors.Join(s.Remove(t.Context(), "demo", nil), s.Remove(t.Context(), "lib", nil)); err != nil {
		t.Fatal(err)
	}
	if err := s.Reap(t.Context()); !errors.Is(err, syscall.EACCES) || tried < 2 {
		t.Errorf("reap: %v after %d entries", err, tried)
	}
	tried = 0
	if err := s.Close(); err != nil || tried < 2 {
		t.Errorf("close: %v after %d entries", err, tried)
	}
	tried = 0
	s = open()
	if _, err := s.List(t.Context()); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil || tried > 0 {
		t.Errorf("close after reading: %v after %d entries", err, tried)
	}
	if left := mustReadDir(t, filepath.Join(r.dir, "trash")); len(left) < 2 {
		t.Errorf("left: %v", left)
	}
	r.open(t)
	if _, err := os.Stat(filepath.Join(r.dir, "current", "demo")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
