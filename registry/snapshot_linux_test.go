package registry_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/packtrain/pack/registry"
)

// TestSnapshotNeedsNoWritePermission takes a snapshot as a user who may only read the
// root, and has the pack removed by its owner.
func TestSnapshotNeedsNoWritePermission(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can become another user")
	}
	t.Parallel()
	const unprivileged = 65534
	r := newRoot(t)
	s := r.open(t)
	register(t, s, "", write(t, simplePack("demo", "1.0.0")))
	for dir := r.dir; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	var snap *registry.Snapshot
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with its rights
		_ = syscall.Setfsuid(unprivileged)
		if err := os.WriteFile(filepath.Join(r.dir, "packs", "file"), nil, 0o600); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("the user may write: %v", err)
		}
		var err error
		snap, err = s.Snapshot(t.Context())
		done <- err
	}()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	defer snap.Release()
	if !snap.Packs[0].Leased {
		t.Error("the snapshot holds no lease")
	}
	remove(t, s, "demo")
	reap(t, s)
	wantVersions(t, snap, "demo 1.0.0")
}
