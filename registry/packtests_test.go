package registry_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/childproc"
	"github.com/packtrain/pack/registry"
)

// attached are the environments of every content.
type attached []pack.Environment

func (a attached) Environments(context.Context, pack.Digest) ([]pack.Environment, error) {
	return a, nil
}

// need skips the test when a program is missing, but not in CI.
func need(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	switch {
	case err == nil:
		return path
	case os.Getenv("CI") != "":
		t.Fatalf("%s is needed: %v", program, err)
	}
	t.Skipf("%s is needed: %v", program, err)
	return ""
}

// virtualenv makes a real one.
func virtualenv(t *testing.T) pack.Environment {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "venv")
	out, err := exec.CommandContext(t.Context(), need(t, "python3"), "-m", "venv", "--without-pip", dir).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return pack.Environment{Runtime: pack.RuntimePython, Key: "k1", Path: dir, Interpreter: filepath.Join(dir, "bin", "python"), Version: "Python 3"}
}

func script(body string) string { return "#!/bin/sh\n" + body + "\n" }

const scriptRunner = "  runners: {unit: {type: script, entry_point: tests/run.sh, timeout: 5}}\n"

// registerTested registers a pack with the given testing section and further
// files.
func registerTested(t *testing.T, c registry.Config, section string, more files, change func(*registry.Request)) (*registry.Report, *registry.Store, error) {
	t.Helper()
	s := (&root{}).openWith(t, c)
	req := registry.Request{Paths: []string{write(t, simplePack("demo", "1.0.0").tested(section).with(more))}}
	if change != nil {
		change(&req)
	}
	report, err := s.Register(t.Context(), req)
	return report, s, err
}

func TestPackTestsOfTypeScript(t *testing.T) {
	t.Parallel()
	totals := "printf 'Total Tests: %d\\nPassed: %d\\nFailed: %d\\n' "
	tests := []struct {
		name, section, body string
		want                registry.TestSummary
		message             string // of the failure; "" for success
	}{
		{"passed", "", totals + "3 3 0", registry.TestSummary{Status: registry.TestsPassed, Total: 3, Passed: 3}, ""},
		{"says nothing", "", "exit 0", registry.TestSummary{Status: registry.TestsPassed, Total: 1, Passed: 1}, ""},
		{"says nothing and fails", "", "echo oh no >&2; exit 3", registry.TestSummary{}, "unit: exit status 3\noh no"},
		{"some failed", "", totals + "3 2 1; exit 1", registry.TestSummary{}, "unit: 1 of 3 tests failed"},
		{"fails although all passed", "", totals + "3 3 0; exit 1", registry.TestSummary{}, "unit: exit status 1, although none of 3 tests failed"},
		{"succeeds although some failed", "", totals + "3 1 2", registry.TestSummary{}, "unit: exit status 0, although 2 of 3 tests failed"},
		{"does not add up", "", totals + "3 3 2", registry.TestSummary{}, "unit: exit status 0, but its totals do not add up: 3 tests, 3 passed, 2 failed, 0 skipped"},
		{"declares tap, prints none", "  result_format: tap\n", "exit 0", registry.TestSummary{}, "unit: exit status 0, but its results cannot be used: there are none"},
		{"tap", "  result_format: tap\n", "printf 'ok 1\\nok 2 # skip\\n1..2\\n'", registry.TestSummary{Status: registry.TestsPassed, Total: 2, Passed: 1}, ""},
		{"tap that failed", "  result_format: tap\n", "printf 'ok 1\\nnot ok 2\\n1..2\\n'", registry.TestSummary{}, "unit: exit status 0, although 1 of 2 tests failed"},
		{"results in a directory", "  result_format: json\n  result_path: out/\n", `mkdir out; echo '{"total": 2, "passed": 2}' > out/a.json; echo '{"total": 1, "passed": 1}' > out/b.json`, registry.TestSummary{Status: registry.TestsPassed, Total: 3, Passed: 3}, ""},
		{"writes into its tree", "", "echo x > new; rm -rf tests; ln -s / link; mkfifo pipe; mkdir -m 0 ../venv", registry.TestSummary{Status: registry.TestsPassed, Total: 1, Passed: 1}, ""},
		{"enough passed", "  min_pass_rate: 0.6\n", totals + "3 2 1; exit 1", registry.TestSummary{Status: registry.TestsPartial, Total: 3, Passed: 2, Failed: 1}, ""},
		{"not enough passed", "  min_pass_rate: 0.7\n", totals + "3 2 1; exit 1", registry.TestSummary{}, "unit: 1 of 3 tests failed"},
		{"broken down, whatever the rate", "  min_pass_rate: 0.0\n", "exit 1", registry.TestSummary{}, "unit: exit status 1"},
		{"warn", "  on_failure: warn\n", "exit 1", registry.TestSummary{Status: registry.TestsFailed, Total: 1, Failed: 1}, ""},
		{"ignore", "  on_failure: ignore\n", "exit 1", registry.TestSummary{Status: registry.TestsFailed, Total: 1, Failed: 1}, ""},
		{"signal", "", "kill -SEGV $$", registry.TestSummary{}, "unit: was killed by signal"},
		{"working directory", "", "test -f pack.yaml && test -d tests", registry.TestSummary{Status: registry.TestsPassed, Total: 1, Passed: 1}, ""},
		{"writes into TMPDIR and HOME", "", "echo x > $TMPDIR/a && echo y > $HOME/b", registry.TestSummary{Status: registry.TestsPassed, Total: 1, Passed: 1}, ""},
		{"clean environment", "", `test -z "$PACK_CORPUS$GOPATH$USER"`, registry.TestSummary{Status: registry.TestsPassed, Total: 1, Passed: 1}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			report, s, err := registerTested(t, newRoot(t).config(), scriptRunner+tt.section, files{"tests/run.sh": script(tt.body)}, nil)
			if tt.message != "" {
				wantFailure(t, report, err, pack.StageTests, pack.CodeTestsFailed)
				if !errors.Is(err, pack.ErrTests) || !strings.Contains(err.Error(), tt.message) {
					t.Errorf("got %q, want %q in it", err, tt.message)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			tt.want.Isolation = pack.IsolationNone
			if diff := cmp.Diff(&tt.want, report.Registered[0].Tests); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			checkEvidence(t, s)
		})
	}
}

// checkEvidence checks that the test result is kept with the generation.
func checkEvidence(t *testing.T, s *registry.Store) {
	t.Helper()
	details, err := s.Show(t.Context(), "demo")
	if err != nil {
		t.Fatal(err)
	}
	got := details.Active.Tests
	if got == nil || got.Ref != "demo" || got.TreeDigest != details.Active.TreeDigest || len(got.Suites) != 1 || got.Time.IsZero() {
		t.Errorf("evidence: %+v", got)
	}
}

func TestSkippedAndIgnoredTests(t *testing.T) {
	t.Parallel()
	failing := files{"tests/run.sh": script("exit 1")}
	tests := []struct {
		name, section string
		change        func(*registry.Request)
		want          *registry.TestSummary
	}{
		{"skipped", scriptRunner, func(r *registry.Request) { r.SkipTests = true }, &registry.TestSummary{Status: registry.TestsSkipped}},
		{"ignored", scriptRunner, func(r *registry.Request) { r.IgnoreTests = true }, &registry.TestSummary{Status: registry.TestsFailed, Total: 1, Failed: 1, Isolation: pack.IsolationNone}},
		{"disabled", "  enabled: false\n" + scriptRunner, nil, &registry.TestSummary{Status: registry.TestsSkipped}},
		{"unknown runner, skipped", "  runners: {unit: {type: pytest, entry_point: tests}}\n", func(r *registry.Request) { r.SkipTests = true }, &registry.TestSummary{Status: registry.TestsSkipped}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			report, _, err := registerTested(t, newRoot(t).config(), tt.section, failing, tt.change)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, report.Registered[0].Tests); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestPackTestsInPython(t *testing.T) {
	t.Parallel()
	env := virtualenv(t)
	c := func() registry.Config {
		c := newRoot(t).config()
		c.Environments = attached{env}
		return c
	}
	unittest := "  runners: {unit: {type: unittest, entry_point: tests/test_it.py, timeout: 20}}\n"
	test := func(body string) string {
		return "import os, sys, unittest\nclass T(unittest.TestCase):\n" +
			"    def test_one(self):\n        " + body + "\n    def test_two(self):\n        self.assertTrue(sys.prefix != sys.base_prefix, sys.executable)\n"
	}
	tests := []struct {
		name, section string
		files         files
		want          registry.TestSummary
		message       string
	}{
		{"passed, in the virtualenv", unittest, files{"tests/test_it.py": test("pass")}, registry.TestSummary{Status: registry.TestsPassed, Total: 2, Passed: 2}, ""},
		{"failed", unittest, files{"tests/test_it.py": test("self.fail('no such luck')")}, registry.TestSummary{}, "no such luck"},
		{"skipped one", unittest, files{"tests/test_it.py": test("self.skipTest('x')")}, registry.TestSummary{Status: registry.TestsPassed, Total: 2, Passed: 1}, ""},
		{"none", unittest, files{"tests/test_it.py": "x = 1\n"}, registry.TestSummary{}, "no test"},
		{"cannot be imported", unittest, files{"tests/test_it.py": "import none_such\n"}, registry.TestSummary{}, "none_such"},
		{"imports the pack's own modules", unittest, files{"lib/__init__.py": "", "lib/own.py": "A = 1\n", "tests/helper.py": "B = 2\n", "tests/test_it.py": "import helper\nfrom lib import own\n" + test("pass")}, registry.TestSummary{Status: registry.TestsPassed, Total: 2, Passed: 2}, ""},
		{"a package of tests", unittest, files{"tests/__init__.py": "# package\n", "tests/helper.py": "B = 2\n", "tests/test_it.py": "from . import helper\n" + test("pass")}, registry.TestSummary{Status: registry.TestsPassed, Total: 2, Passed: 2}, ""},
		{"script by its first line", scriptRunner, files{"tests/run.sh": "#!/usr/bin/env python3\nimport sys\nsys.exit(sys.prefix == sys.base_prefix)\n"}, registry.TestSummary{Status: registry.TestsPassed, Total: 1, Passed: 1}, ""},
		{"script of another interpreter", scriptRunner, files{"tests/run.sh": "#!/usr/bin/python3.2 -u\nimport sys\nsys.exit(sys.prefix == sys.base_prefix)\n"}, registry.TestSummary{Status: registry.TestsPassed, Total: 1, Passed: 1}, ""},
		{"discovered", "  discovery: {method: directory, path: tests}\n", files{"tests/test_it.py": test("pass"), "tests/test_b.sh": script("exit 0"), "tests/data.sh": script("exit 1")}, registry.TestSummary{Status: registry.TestsPassed, Total: 3, Passed: 3}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			report, s, err := registerTested(t, c(), tt.section, tt.files, nil)
			if tt.message != "" {
				wantFailure(t, report, err, pack.StageTests, pack.CodeTestsFailed)
				if !strings.Contains(err.Error(), tt.message) {
					t.Errorf("got %q, want %q in it", err, tt.message)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			tt.want.Isolation = pack.IsolationNone
			if diff := cmp.Diff(&tt.want, report.Registered[0].Tests); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			details, err := s.Show(t.Context(), "demo")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]registry.TestEnvironment{{Runtime: pack.RuntimePython, Key: "k1"}}, details.Active.Tests.Environments); diff != "" {
				t.Errorf("evidence (-want +got)\n%s", diff)
			}
		})
	}
}

func TestDiscoveredPackTests(t *testing.T) {
	t.Parallel()
	ok, bad := script("exit 0"), script("exit 1")
	tests := []struct {
		name, section string
		files         files
		want          string // in the error, "" for success
	}{
		{
			"listed", "  discovery: {method: manifest, tests: [{name: a, command: tests/a.sh x}, {name: b, runner: shell, command: ./tests/b.sh}]}\n",
			files{"tests/a.sh": script(`test "$1" = x`), "tests/b.sh": ok},
			"",
		},
		{
			"listed, one fails", "  discovery: {method: manifest, tests: [{name: a, command: tests/a.sh}, {name: b, command: tests/b.sh}]}\n",
			files{"tests/a.sh": ok, "tests/b.sh": bad},
			"b: exit status 1",
		},
		{
			"no shell reads commands", "  discovery: {method: executable, command: \"tests/a.sh $(exit 1); exit 1\"}\n",
			files{"tests/a.sh": script(`test "$1" = '$(exit'`)},
			"",
		},
		{"nothing there", "  discovery: {method: directory, path: tests}\n", files{}, "has none"},
		{"unknown method", "  discovery: {method: magic}\n", files{}, `"magic" is not supported`},
		{"outside of the pack", "  discovery: {method: executable, command: ../../bin/true}\n", files{}, "outside of the pack"},
		{"program of the system", "  discovery: {method: executable, command: /bin/true}\n", files{}, "outside of the pack"},
		{"no command", "  discovery: {method: executable}\n", files{}, "has no entry point"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			report, _, err := registerTested(t, newRoot(t).config(), tt.section, tt.files, func(r *registry.Request) { r.SkipValidation = true })
			if tt.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantFailure(t, report, err, pack.StageTests, pack.CodeTestsFailed)
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %q, want %q in it", err, tt.want)
			}
		})
	}
}

func TestPackTestsThatNeedAnEnvironment(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]files{
		"unittest": {"tests/test_it.py": "x = 1\n"},
		"script":   {"tests/run.sh": "#!/usr/bin/env node\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			section := scriptRunner
			if name == "unittest" {
				section = "  runners: {unit: {type: unittest, entry_point: tests/test_it.py}}\n"
			}
			report, _, err := registerTested(t, newRoot(t).config(), section, f, nil)
			wantFailure(t, report, err, pack.StageTests, pack.CodeTestsFailed)
			if !strings.Contains(err.Error(), "build its environments first") {
				t.Errorf("got %q", err)
			}
		})
	}
}

// A recordingRunner notes the commands and runs them.
type recordingRunner struct {
	mu       sync.Mutex
	runner   pack.Runner
	commands []pack.Command
}

func (r *recordingRunner) Run(ctx context.Context, c pack.Command) (pack.Result, error) {
	r.mu.Lock()
	r.commands = append(r.commands, c)
	r.mu.Unlock()
	return r.runner.Run(ctx, c)
}

func TestPackTestCommands(t *testing.T) {
	t.Parallel()
	c := newRoot(t).config()
	runner := &recordingRunner{runner: childproc.New(nil)}
	c.Runner, c.TestTimeout = runner, 7*time.Second
	c.TestEnv = []string{"A=1", "PATH=/opt/bin:/bin:/usr/bin"}
	c.Environments = attached{{Runtime: pack.RuntimeNode, Key: "n", Interpreter: "/opt/node/bin/node"}}
	_, _, err := registerTested(t, c, "  runners: {unit: {type: script, entry_point: tests/run.sh, timeout: 600}}\n", files{"tests/run.sh": "#! /bin/sh -e\n"}, nil)
	if err != nil || len(runner.commands) != 1 {
		t.Fatalf("%d commands, %v", len(runner.commands), err)
	}
	got := runner.commands[0]
	if want := []string{"-e", "tests/run.sh"}; got.Path != "/bin/sh" || !cmp.Equal(want, got.Args) || got.Timeout != 7*time.Second {
		t.Errorf("got %s %q, timeout %v", got.Path, got.Args, got.Timeout)
	}
	env := strings.Join(got.Env, "\n")
	for _, want := range []string{"PATH=/opt/node/bin:/opt/bin:/bin:/usr/bin", "A=1", "PYTHONDONTWRITEBYTECODE=1", "HOME=", "TMPDIR="} {
		if !strings.Contains(env, want) {
			t.Errorf("environment lacks %s:\n%s", want, env)
		}
	}
}

func TestPackTestsThatTakeTooLong(t *testing.T) {
	t.Parallel()
	c := newRoot(t).config()
	c.TestTimeout = 300 * time.Millisecond
	started := time.Now()
	report, _, err := registerTested(t, c, scriptRunner, files{"tests/run.sh": script("sleep 60")}, nil)
	wantFailure(t, report, err, pack.StageTests, pack.CodeTestsFailed)
	if took := time.Since(started); took > 10*time.Second || !strings.Contains(fmt.Sprint(err), "took longer than 300ms") {
		t.Errorf("took %v: %v", took, err)
	}
}
