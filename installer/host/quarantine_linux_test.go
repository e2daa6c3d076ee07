package host_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/installer/pipeline"
)

// TestHostileBelowSandbox is N07 on a machine without a sandbox: a refused pack has written
// into the shared environment, an active pack and the records. Readers get none of that, and
// installing the other pack again heals all.
func TestHostileBelowSandbox(t *testing.T) {
	t.Parallel()
	for _, level := range []pack.Isolation{pack.IsolationContained, pack.IsolationNone} {
		t.Run("N07/"+string(level), func(t *testing.T) {
			t.Parallel()
			refusedBelowSandbox(t, level)
		})
	}
}

func refusedBelowSandbox(t *testing.T, level pack.Isolation) {
	t.Helper()
	root := filepath.Join(t.TempDir(), "root")
	h, err := host.Open(t.Context(), host.Config{Root: root, SearchPath: []string{"/usr/bin", "/bin"}, Isolation: level})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = h.Close() }()
	victim := layOut(t, "victim", "exit 0")
	mustInstall(t, h, victim)
	before := fingerprint(t, filepath.Join(root, "packs"))

	script := strings.ReplaceAll(attack, "$ROOT", root)
	script = strings.ReplaceAll(script, "/tmp/packtrain-n07", "/dev/null") // which these levels do not hide
	report, err := h.Install(t.Context(), pipeline.Request{Specs: []string{layOut(t, "evil", script+"exit 1")}})
	if err == nil {
		t.Fatalf("the pack was installed: %+v", report)
	}
	if _, err := h.Store.Snapshot(t.Context(), "victim"); !errors.Is(err, pack.ErrStore) {
		t.Errorf("readers get the changed pack: %v", err)
	}
	mustInstall(t, h, victim)
	snap, err := h.Store.Snapshot(t.Context(), "victim")
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Release()
	active := snap.Packs[0].Active
	if planted, err := filepath.Glob(filepath.Join(active.Environments[0].Path, "lib", "*", "site-packages", "zz.pth")); err != nil || len(planted) > 0 {
		t.Errorf("the environment has %v, %v", planted, err)
	}
	hello := filepath.Join("pack", "actions", "hello.py")
	for name, sum := range before {
		if strings.HasSuffix(name, hello) && fingerprint(t, filepath.Dir(snap.Packs[0].Dir))[hello] != sum {
			t.Error("the active file is not that of the pack")
		}
	}
	if found, err := h.Store.Verify(t.Context()); err != nil || len(found.Differences) > 0 {
		t.Errorf("got %+v, %v", found, err)
	}
	wantNoProcess(t, root)
}

func mustInstall(t *testing.T, h *host.Host, path string) {
	t.Helper()
	report, err := h.Install(t.Context(), pipeline.Request{Specs: []string{path}})
	if err != nil {
		t.Fatalf("%v: %+v", err, report)
	}
}

// wantNoProcess checks that no process of the attack is at work any more.
func wantNoProcess(t *testing.T, root string) {
	t.Helper()
	beat := filepath.Join(root, "beat")
	first, _ := os.ReadFile(beat) // it may not have come so far
	time.Sleep(300 * time.Millisecond)
	second, _ := os.ReadFile(beat)
	if string(first) != string(second) {
		t.Error("a process of the test is at work")
	}
}
