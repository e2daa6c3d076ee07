package registry_test

import (
	"os"
	"path/filepath"
	"testing"
)

// TestRemoveAfterReplayedRename: a file system that replayed an interrupted renaming can
// have both names on one file.
func TestRemoveAfterReplayedRename(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	s := r.open(t)
	path := write(t, simplePack("demo", "1.0.0"))
	register(t, s, "", path)
	if err := s.Remove(t.Context(), "demo", nil); err != nil {
		t.Fatal(err)
	}
	register(t, s, "", path)
	if err := os.Link(filepath.Join(r.dir, "packs", "demo.last"), filepath.Join(r.dir, "journal", "demo.last")); err != nil {
		t.Fatal(err)
	}
	if err := s.Remove(t.Context(), "demo", nil); err != nil {
		t.Fatal(err)
	}
	checkClean(t, r)
}
