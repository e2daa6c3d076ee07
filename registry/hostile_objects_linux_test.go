package registry_test

import (
	"flag"
	"fmt"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/packtrain/pack/registry"
)

var objects = flag.Int("objects", 10_000, "number of files in the root of TestHostileM26")

// TestHostileM26 has a root with many files; the row has 100,000, which take minutes to
// install. Opening and listing it, and changing one pack, open none of the others.
func TestHostileM26(t *testing.T) {
	t.Parallel()
	const packs = 100
	r := newRoot(t)
	r.records = openFiles(t, filepath.Join(r.dir, "records"))
	var paths []string
	for n := range packs {
		f := simplePack(fmt.Sprintf("demo%d", n), "1.0.0")
		for i := range *objects / packs {
			f = f.with(files{fmt.Sprintf("data/%d", i): "x"})
		}
		paths = append(paths, write(t, f))
	}
	register(t, r.open(t), "", paths...)
	opened := watchOpened(t, filepath.Join(r.dir, "packs", "demo[1-9]*", "*", "pack", "data"))
	s := r.open(t)
	if listed, err := s.List(t.Context()); err != nil || len(listed) != packs {
		t.Errorf("%d packs, %v", len(listed), err)
	}
	register(t, s, registry.ReplaceUpgrade, write(t, simplePack("demo0", "2.0.0")))
	if err := s.Remove(t.Context(), "demo0", nil); err != nil {
		t.Error(err)
	}
	if err := s.Reap(t.Context()); err != nil {
		t.Error(err)
	}
	if n := opened(); n > 0 {
		t.Errorf("%d files of other packs were opened", n)
	}
	if got := differences(t, s); len(got) > 0 {
		t.Error(got)
	}
	if n := opened(); n == 0 {
		t.Error("verifying opened no files, so they are not watched")
	}
}

// watchOpened returns a function that reports how much has been opened in the directories
// that match pattern, at least.
func watchOpened(t *testing.T, pattern string) func() int {
	t.Helper()
	dirs, err := filepath.Glob(pattern)
	if err != nil || len(dirs) == 0 {
		t.Fatalf("%s: %v, %v", pattern, dirs, err)
	}
	fd, err := unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	if err != nil {
		t.Skipf("files cannot be watched: %v", err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	for _, dir := range dirs {
		if _, err := unix.InotifyAddWatch(fd, dir, unix.IN_OPEN); err != nil {
			t.Skipf("files cannot be watched: %v", err)
		}
	}
	return func() int {
		events := make([]byte, 1<<16)
		n, err := unix.Read(fd, events)
		if err != nil && err != unix.EAGAIN {
			t.Error(err)
		}
		return max(n, 0) / unix.SizeofInotifyEvent
	}
}
