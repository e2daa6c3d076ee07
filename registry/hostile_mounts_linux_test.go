package registry_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/packtrain/pack/registry"
)

// onOverlay changes a root that is the lower directory of an overlay, as one that is baked
// into an image: directories of the lower file system cannot be renamed there.
func onOverlay(t *testing.T, dir string) {
	t.Helper()
	lower := &root{dir: filepath.Join(dir, "lower")}
	v := [...]string{write(t, simplePack("demo", "1.0.0")), write(t, simplePack("demo", "2.0.0")), write(t, simplePack("demo", "3.0.0"))}
	for _, path := range v[:2] {
		if err := install(t, lower, path); err != nil {
			t.Fatal(err)
		}
	}
	scratch, merged := filepath.Join(dir, "scratch"), filepath.Join(dir, "merged")
	if err := errors.Join(os.Mkdir(scratch, 0o755), os.Mkdir(merged, 0o755), syscall.Mount("tmpfs", scratch, "tmpfs", 0, "mode=755")); err != nil {
		t.Fatalf("cannot mount: %v", err)
	}
	upper, work := filepath.Join(scratch, "upper"), filepath.Join(scratch, "work")
	if err := errors.Join(os.Mkdir(upper, 0o755), os.Mkdir(work, 0o755)); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("overlay", merged, "overlay", 0, "lowerdir="+lower.dir+",upperdir="+upper+",workdir="+work); err != nil {
		t.Fatalf("cannot mount: %v", err)
	}
	r := &root{dir: merged}
	r.records = openFiles(t, filepath.Join(r.dir, "records"))
	s := r.open(t)
	if _, err := s.RollBack(t.Context(), "demo", nil); err != nil || state(t, r) != "1.0.0" {
		t.Errorf("rolled back: %v, %s", err, state(t, r))
	}
	register(t, s, registry.ReplaceUpgrade, v[2])
	if err := s.Reap(t.Context()); err != nil {
		t.Errorf("reap: %v", err)
	}
	if got := differences(t, s); len(got) > 0 || state(t, r) != "3.0.0" {
		t.Errorf("%v, %s", got, state(t, r))
	}
	if err := s.Remove(t.Context(), "demo", nil); err != nil {
		t.Errorf("remove: %v", err)
	}
	if err := s.Reap(t.Context()); err != nil {
		t.Errorf("reap: %v", err)
	}
	register(t, s, "", v[0])
	checkClean(t, r)
}

// withoutExecution tests a pack in a root whose file system executes nothing, as servers
// often mount /var: scripts are started by their interpreters.
func withoutExecution(t *testing.T, dir string) {
	t.Helper()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_NOEXEC, "mode=755"); err != nil {
		t.Fatalf("cannot mount: %v", err)
	}
	r := &root{dir: filepath.Join(dir, "root")}
	r.records = openFiles(t, filepath.Join(r.dir, "records"))
	path := write(t, simplePack("demo", "1.0.0").tested(scriptRunner).with(files{"tests/run.sh": script("printf 'Total Tests: 1\\nPassed: 1\\n'")}))
	if tests := register(t, r.open(t), "", path)[0].Tests; tests == nil || tests.Passed != 1 {
		t.Errorf("got %+v", tests)
	}
}
