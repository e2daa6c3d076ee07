package pipeline_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/internal/worldtest"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
)

// TestNothingIsLeftOpen installs, refuses and cancels in a process of its own,
// again and again. Then as many files and goroutines are open as in the beginning,
// and what belongs to the whole process is as it was.
func TestNothingIsLeftOpen(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestLeakChild$", "-test.v")
	cmd.Env = append(os.Environ(), "PACK_LEAK_DIR="+t.TempDir())
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "looked") {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestLeakChild is that process.
func TestLeakChild(t *testing.T) { //nolint:paralleltest // it counts what is open
	dir := os.Getenv("PACK_LEAK_DIR")
	if dir == "" {
		return
	}
	debug.SetGCPercent(-1) // the collector closes what was forgotten
	h := newRealHouse(t, "web@1.0.0:", "web@2.0.0:")
	h.Add("link", fstest.MapFS{"l": {Data: []byte("/etc/passwd"), Mode: fs.ModeSymlink}})
	dest := filepath.Join(dir, "packs")
	round := func() {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		for _, spec := range []string{"web@^1", "web@^2", "test:link"} {
			_, _ = h.pipeline.Install(ctx, pipeline.Request{Specs: []string{spec}, Replace: registry.ReplaceAny})
			_, _ = newDownloader(t, h.World).Download(ctx, installer.DownloadRequest{Specs: []string{spec, spec}, Dest: dest})
		}
		h.OnFetch = func(context.Context, pack.Pin) error { cancel(); return nil }
		_, _ = h.pipeline.Install(ctx, pipeline.Request{Specs: []string{"web@^1"}, Replace: registry.ReplaceAny})
		h.OnFetch = nil
	}
	round()
	before := process(t)
	for range 20 {
		round()
	}
	for range 1000 { // what was ended may take a moment to be gone
		if !process(t).exceeds(before) {
			break
		}
		runtime.Gosched()
	}
	after := process(t)
	if diff := cmp.Diff(before.other, after.other); diff != "" || after.exceeds(before) {
		t.Errorf("%+v became %+v; (-before +after)\n%s", before.open, after.open, diff)
	}
	worldtest.CheckClean(t, dest)
	t.Log("looked")
}

// A once is what there is once in a process.
type once struct {
	open  [2]int // files and goroutines
	other map[string]string
}

// exceeds reports whether more is open: what was ending before may be gone.
func (o once) exceeds(before once) bool {
	return o.open[0] > before.open[0] || o.open[1] > before.open[1]
}

func process(t *testing.T) once {
	t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	cwd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	mask := syscall.Umask(0)
	syscall.Umask(mask)
	env := os.Environ()
	slices.Sort(env)
	return once{
		open:  [2]int{len(files), runtime.NumGoroutine()},
		other: map[string]string{"directory": cwd, "umask": fmt.Sprint(mask), "environment": strings.Join(env, "\n")},
	}
}
