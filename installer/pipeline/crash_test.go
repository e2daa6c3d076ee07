package pipeline_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/internal/worldtest"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/registry"
)

// steppedRecords are records in files that call a function before and after each
// operation.
type steppedRecords struct {
	*registry.Files

	step func()
}

func openFiles(t testing.TB, dir string) *registry.Files {
	t.Helper()
	records, err := registry.OpenFiles(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return records
}

func (r *steppedRecords) Apply(ctx context.Context, op registry.Operation) ([]registry.Record, error) {
	r.step()
	records, err := r.Files.Apply(ctx, op)
	r.step()
	return records, err
}

// generation describes packs, all in one version: app, web and log need each
// other, the others do not.
func generation(n int) (lines, specs []string) {
	v := fmt.Sprintf("%d.0.0", n)
	return []string{
		"app@" + v + ": web@^" + v, "web@" + v + ": log@^" + v, "log@" + v + ":", "tool@" + v + ":", "util@" + v + ":",
	}, []string{"app", "tool", "util"}
}

// crashHouse has the packs of a generation; step, unless nil, is called at many
// moments of an installation.
func crashHouse(t testing.TB, root string, n int, step func()) (*realHouse, []string) {
	t.Helper()
	lines, specs := generation(n)
	records := &steppedRecords{openFiles(t, filepath.Join(filepath.Dir(root), "records")), step}
	if step == nil {
		records.step = func() {}
	}
	h := openRealHouse(t, root, records, lines...)
	for id, fsys := range h.Content {
		if strings.HasPrefix(id, "log@") {
			withTests(fsys, "#!/bin/sh\nexit 0\n")
		}
		for i := range 8 {
			fsys[fmt.Sprintf("data/%02d", i)] = worldtest.File(strings.Repeat(id, 1000))
		}
	}
	promise(t, h.World)
	return h, specs
}

// TestCrashChild is the process that other tests kill; by itself it does nothing.
func TestCrashChild(t *testing.T) {
	t.Parallel()
	root, n, at := os.Getenv("PACK_CRASH_ROOT"), 0, int64(0)
	if root == "" {
		return
	}
	if _, err := fmt.Sscan(os.Getenv("PACK_CRASH_GENERATION"), &n); err != nil {
		t.Fatal(err)
	}
	_, _ = fmt.Sscan(os.Getenv("PACK_CRASH_AT"), &at) // 0 for not at all
	var steps atomic.Int64
	step := func() {
		if steps.Add(1) == at {
			self, err := os.FindProcess(os.Getpid())
			if err == nil {
				_ = self.Kill()
			}
			select {}
		}
	}
	h, specs := crashHouse(t, root, n, step)
	if only := os.Getenv("PACK_CRASH_SPEC"); only != "" {
		specs = []string{only}
	}
	h.OnFetch = func(context.Context, pack.Pin) error { step(); return nil }
	hooks := hooked{Config: h.config, hook: func(string) error { step(); return nil }}
	fmt.Println("ready")
	req := pipeline.Request{Specs: specs, OnEvent: func(_ context.Context, e pack.Event) {
		if e.Kind == pack.EventFinished {
			step()
		}
	}}
	if _, err := hooks.compose(t).Install(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	fmt.Println("done")
}

// TestCrash kills a process at random moments while it upgrades packs.
// Afterwards each pack is exactly the old or exactly the new one, and the next
// install works.
func TestCrash(t *testing.T) {
	t.Parallel()
	kills := 30
	if testing.Short() {
		kills = 5
	}
	root := filepath.Join(t.TempDir(), "root")
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	took := runChild(t, root, 1, time.Hour)
	old, torn := 1, 0
	for i := range kills {
		n := i + 2
		runChild(t, root, n, time.Duration(random.Int64N(int64(took))))
		torn += checkCrashed(t, root, old, n)
		if t.Failed() {
			t.Fatalf("after kill %d", i+1)
		}
		old = n
	}
	t.Logf("%d kills, %d of them between the first and the last activation", kills, torn)
}

// runChild runs a process that installs generation n, and kills it when the
// time has passed since it began. It returns how long installing took.
func runChild(t *testing.T, root string, n int, life time.Duration) time.Duration {
	t.Helper()
	cmd := crashChild(t, root, n)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var start time.Time
	var took time.Duration
	var said []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		said = append(said, lines.Text())
		switch lines.Text() {
		case "ready":
			start = time.Now()
			time.AfterFunc(life, func() { _ = cmd.Process.Kill() })
		case "done":
			took = time.Since(start)
		}
	}
	if err := cmd.Wait(); err != nil && (start.IsZero() || cmd.ProcessState.ExitCode() >= 0) {
		t.Fatalf("child: %v\n%s", err, strings.Join(said, "\n"))
	}
	return took
}

// crashChild returns a process that installs generation n.
func crashChild(t *testing.T, root string, n int, env ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe, "-test.run=^TestCrashChild$")
	cmd.Env = append(os.Environ(), "PACK_CRASH_ROOT="+root, fmt.Sprintf("PACK_CRASH_GENERATION=%d", n))
	cmd.Env = append(cmd.Env, env...)
	cmd.Stderr = os.Stderr
	return cmd
}

// TestKilledAtEveryStep kills processes while they upgrade packs: the first where
// the first call of a stage, delivery of content, commit or part of a stage begins or
// ends, the next one at the second, until one lives. Afterwards each pack is exactly the old or exactly the
// new one, and the next install works.
func TestKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	stride := 1
	if testing.Short() {
		stride = 10
	}
	root := filepath.Join(t.TempDir(), "root")
	runChild(t, root, 1, time.Hour)
	steps, torn := 0, 0
	for old := 1; ; old++ {
		steps += stride
		out, err := crashChild(t, root, old+1, fmt.Sprintf("PACK_CRASH_AT=%d", steps)).Output()
		torn += checkCrashed(t, root, old, old+1)
		if t.Failed() {
			t.Fatalf("after step %d: %v, %s", steps, err, out)
		}
		if err == nil {
			break
		}
	}
	t.Logf("%d steps, %d of them between the first and the last activation", steps, torn)
	if steps < 40 || torn < 3/stride {
		t.Errorf("%d steps, %d of them between activations: does every stage take part still?", steps, torn)
	}
}

// checkCrashed opens the root after a crash and installs the new generation. It
// returns 1 when some packs were old and some new.
func checkCrashed(t *testing.T, root string, old, n int) (torn int) {
	t.Helper()
	h, specs := crashHouse(t, root, n, nil)
	defer func() { _ = h.store.Close() }()
	state := h.state(t)
	news := 0
	set := map[string]bool{}
	for _, id := range state {
		ref, version, _ := strings.Cut(id, "@")
		if ref != "tool" && ref != "util" {
			set[version] = true
		}
		switch version {
		case fmt.Sprintf("%d.0.0", n):
			news++
		case fmt.Sprintf("%d.0.0", old):
		default:
			t.Errorf("%s is neither old nor new", id)
		}
	}
	if len(state) != 5 || len(set) != 1 {
		t.Errorf("got packs %q, versions %v of those that need each other", state, set)
	}
	if news > 0 && news < len(state) {
		torn = 1
	}
	if _, err := h.pipeline.Install(t.Context(), pipeline.Request{Specs: specs}); err != nil {
		t.Errorf("next install: %v", err)
	}
	for _, id := range h.state(t) {
		if !strings.HasSuffix(id, fmt.Sprintf("@%d.0.0", n)) {
			t.Errorf("the next install left %s", id)
		}
	}
	return torn
}
