package generations_test

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/packtrain/pack/registry/internal/generations"
)

// TestReadOnlyTrash deletes directories that a pack's test made read-only.
func TestReadOnlyTrash(t *testing.T) {
	t.Parallel()
	const unprivileged = 65534
	s := newScene(t)
	d := s.mustOpen(t)
	trash := filepath.Join(s.root, "trash")
	inner := filepath.Join(trash, generations.NewID(), "read", "only")
	if err := os.MkdirAll(inner, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(inner, "file"), nil, 0o400); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{inner, filepath.Dir(inner), filepath.Dir(filepath.Dir(inner))} {
		if err := os.Chmod(dir, 0o500); err != nil {
			t.Fatal(err)
		}
	}
	if os.Getuid() == 0 { // root deletes them anyway
		own(t, trash, unprivileged)
		for dir := s.root; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
			if err := os.Chmod(dir, 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with its rights
		if os.Getuid() == 0 {
			_ = syscall.Setfsuid(unprivileged)
		}
		done <- d.Reap(func() bool { return false })
	}()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(trash); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// own gives everything below dir to a user.
func own(t *testing.T, dir string, uid int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(name, uid, -1)
	})
	if err != nil {
		t.Fatal(err)
	}
}
