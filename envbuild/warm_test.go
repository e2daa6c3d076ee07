package envbuild_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
)

// After Warm, the interpreter compiles neither packages nor its own library, the environment
// is as it was built, and no code of packages has run.
func TestWarm(t *testing.T) {
	t.Parallel()
	s, started := newRealStage(t, "python3")
	wheels, canary := filepath.Join(s.dir, "wheels"), filepath.Join(s.dir, "canary")
	wheel(t, wheels, "textstats", "1.0.0", "textstats.py", "import json, csv\n", "zz.pth", "import sys; '-c' in sys.orig_argv and len(sys.orig_argv) > 7 and open('"+canary+"', 'w').close()\n")
	s.config.FindLinks = []string{wheels}
	p := s.mustBuild(t, s.pack(t, "app", "requirements.txt", "textstats")).Of(pack.RuntimePython)
	if got := compiled(t, p, "textstats"); !got {
		t.Fatal("the package does not show as compiled by Python") // the test would show nothing
	}
	b := s.builder(t)
	if err := b.Warm(t.Context(), p.Environment); err != nil {
		t.Fatal(err)
	}
	for _, module := range []string{"textstats", "csv", "encodings", "json.decoder"} {
		if compiled(t, p, module) {
			t.Errorf("%s is compiled at each start", module)
		}
	}
	before := len(started.commands())
	if err := b.Warm(t.Context(), p.Environment); err != nil || len(started.commands()) != before {
		t.Errorf("again: %v, %d processes", err, len(started.commands())-before)
	}
	if lines, err := b.VerifyInstance(t.Context(), p.Environment); err != nil || len(lines) > 0 {
		t.Errorf("got %v, %v", lines, err)
	}
	if _, err := os.Stat(canary); err == nil {
		t.Error("code of the package ran")
	}
	removed, err := b.Prune(t.Context(), envbuild.PruneRequest{Live: func(pack.Environment) bool { return false }, Idle: 1})
	if err != nil || len(removed) != 1 {
		t.Errorf("removed %v, %v", removed, err)
	}
	left, err := filepath.Glob(filepath.Join(s.config.Dir, "python", "*"))
	if diff := cmp.Diff([]string(nil), left); diff != "" || err != nil {
		t.Errorf("left over (-want +got): %v\n%s", err, diff)
	}
}

// compiled reports whether an interpreter compiles a module when it imports it.
func compiled(t *testing.T, e *envbuild.Environment, module string) bool {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), e.Interpreter, "-v", "-B", "-c", "import "+module)
	if _, err := os.Stat(e.BytecodeDir()); err == nil {
		cmd.Env = []string{"PYTHONPYCACHEPREFIX=" + e.BytecodeDir()}
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	file := strings.ReplaceAll(module, ".", "/")
	for line := range strings.Lines(string(out)) {
		if strings.HasPrefix(line, "# code object from ") && strings.Contains(line, "/"+file) && strings.HasSuffix(strings.Trim(strings.TrimSpace(line), "'"), ".py") {
			return true
		}
	}
	return false
}
