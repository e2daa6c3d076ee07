package packtests_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/internal/packtests"
)

// answers maps the first word of the arguments of commands to their results.
type answers struct {
	results map[string]pack.Result
	errs    map[string]error
	ran     []pack.Command
}

func (a *answers) Run(_ context.Context, c pack.Command) (pack.Result, error) {
	a.ran = append(a.ran, c)
	return a.results[c.Args[0]], a.errs[c.Args[0]]
}

// content writes files of a pack.
func content(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func listed(commands ...string) *pack.Testing {
	testing := &pack.Testing{Discovery: pack.TestDiscovery{Method: "manifest"}}
	for _, c := range commands {
		testing.Discovery.Tests = append(testing.Discovery.Tests, pack.TestCase{Name: c, Command: c})
	}
	return testing
}

func TestRun(t *testing.T) {
	t.Parallel()
	files := map[string]string{"ok.sh": "", "sums.sh": "", "late.sh": "", "signal.sh": "", "relative.sh": "#!sh\n"}
	runner := &answers{
		results: map[string]pack.Result{
			"ok.sh":     {Duration: 2 * time.Second},
			"sums.sh":   {ExitCode: 1, Stdout: []byte("Total: 4\nFailed: 1\nSkipped: 2\n")},
			"late.sh":   {ExitCode: -1},
			"signal.sh": {ExitCode: -1, Signal: "killed", Stderr: []byte("\x1b[1mbye")},
		},
		errs: map[string]error{"late.sh": context.DeadlineExceeded},
	}
	got, err := packtests.Run(t.Context(), packtests.Config{
		Testing: listed("ok.sh", "sums.sh", "late.sh", "signal.sh", "relative.sh", "missing.sh", "../x.sh"),
		Dir:     content(t, files), Scratch: "/scratch", SearchPath: "/bin", Timeout: time.Minute, Runner: runner,
	})
	if err != nil {
		t.Fatal(err)
	}
	broken := packtests.Totals{Total: 1, Failed: 1}
	want := []packtests.Suite{
		{Name: "ok.sh", Status: packtests.Passed, Totals: packtests.Totals{Total: 1, Passed: 1}, Duration: 2 * time.Second},
		{Name: "sums.sh", Status: packtests.Partial, Totals: packtests.Totals{Total: 4, Passed: 1, Failed: 1, Skipped: 2}, ExitCode: 1, Message: "1 of 4 tests failed", Output: "Total: 4\nFailed: 1\nSkipped: 2"},
		{Name: "late.sh", Status: packtests.Failed, Totals: broken, ExitCode: -1, Message: "took longer than 1m0s"},
		{Name: "signal.sh", Status: packtests.Failed, Totals: broken, ExitCode: -1, Message: "was killed by signal killed", Output: "bye"},
		{Name: "relative.sh", Status: packtests.Failed, Totals: broken, ExitCode: -1, Message: `"relative.sh" cannot be started: the interpreter in its first line is not an absolute path; write one such as #!/usr/bin/env bash`},
		{Name: "missing.sh", Status: packtests.Failed, Totals: broken, ExitCode: -1, Message: `entry point "missing.sh" cannot be read`},
		{Name: "../x.sh", Status: packtests.Failed, Totals: broken, ExitCode: -1, Message: `entry point "../x.sh" is outside of the pack`},
	}
	for i := range want {
		want[i].Runner = "script"
	}
	if diff := cmp.Diff(want, got.Suites); diff != "" {
		t.Errorf("suites (-want +got)\n%s", diff)
	}
	if want := (packtests.Totals{Total: 10, Passed: 2, Failed: 6, Skipped: 2}); got.Totals != want || got.Status != packtests.Failed || got.PassRate != 0.25 {
		t.Errorf("got %v %+v, rate %v", got.Status, got.Totals, got.PassRate)
	}
	if len(runner.ran) != 4 {
		t.Errorf("ran %v", runner.ran)
	}
}

func TestPassRate(t *testing.T) {
	t.Parallel()
	runner := &answers{results: map[string]pack.Result{"some.sh": {ExitCode: 1, Stdout: []byte("Total: 4\nFailed: 1\n")}}}
	for rate, want := range map[float64]packtests.Status{0.75: packtests.Partial, 0.76: packtests.Failed} {
		testing := listed("some.sh")
		testing.MinPassRate = rate
		got, err := packtests.Run(t.Context(), packtests.Config{Testing: testing, Dir: content(t, map[string]string{"some.sh": ""}), Timeout: time.Minute, Runner: runner})
		if err != nil || got.Status != want {
			t.Errorf("at least %v: got %v, %v, want %v", rate, got.Status, err, want)
		}
	}
	got, err := packtests.Run(t.Context(), packtests.Config{Testing: listed(), Dir: t.TempDir(), Runner: runner})
	if err != nil || got.Status != packtests.Failed {
		t.Errorf("without suites: got %v, %v", got.Status, err)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	got, err := packtests.Run(ctx, packtests.Config{Testing: listed("a.sh"), Dir: content(t, map[string]string{"a.sh": ""}), Timeout: time.Minute, Runner: &answers{}})
	if got != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestCommandOfAScript(t *testing.T) {
	t.Parallel()
	runner := &answers{}
	dir := content(t, map[string]string{"tests/a": "#!/usr/bin/python3 -u\n"})
	_, err := packtests.Run(t.Context(), packtests.Config{
		Testing: listed("tests/a x"), Dir: dir, Scratch: "/scratch", SearchPath: "/bin", Timeout: time.Hour, Runner: runner,
		Environments: []pack.Environment{{Runtime: pack.RuntimePython, Path: "/venv", Interpreter: "/venv/bin/python"}},
		Env:          []string{"A=1", "PATH=/opt/bin"},
	})
	if err != nil || len(runner.ran) != 1 {
		t.Fatalf("ran %v, %v", runner.ran, err)
	}
	want := pack.Command{
		Path: "/venv/bin/python", Args: []string{"-u", "tests/a", "x"}, Dir: dir, Timeout: 5 * time.Minute,
		Access: pack.Access{
			Read: []string{"/venv", filepath.Join(filepath.Dir(dir), "venv"), "/opt/bin"}, Write: []string{dir, "/scratch"},
		},
		Env: []string{
			"PATH=/venv/bin:/opt/bin", "HOME=/scratch", "TMPDIR=/scratch", "LANG=C.UTF-8",
			"PYTHONDONTWRITEBYTECODE=1", "PYTHONNOUSERSITE=1", "A=1",
		},
	}
	if diff := cmp.Diff(want, runner.ran[0]); diff != "" {
		t.Errorf("(-want +got)\n%s", strings.TrimSpace(diff))
	}
}
