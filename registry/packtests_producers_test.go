package registry_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// nodeTests have a test of each outcome.
const nodeTests = `const test = require('node:test');
test('ok', () => {});
test('also ok', async () => {});
test('bad', () => { throw new Error('no such luck'); });
test('skipped', {skip: true}, () => {});
`

// unitTests have a test of each outcome.
const unitTests = `import unittest
class T(unittest.TestCase):
    def test_ok(self): pass
    def test_bad(self): self.fail('no such luck')
    def test_error(self): raise RuntimeError('broken')
    @unittest.skip('why')
    def test_skip(self): pass
    @unittest.expectedFailure
    def test_expected(self): self.fail('as expected')
    def test_also_ok(self): pass
class Broken(unittest.TestCase):
    @classmethod
    def setUpClass(cls): pass
    def test_third(self): pass
`

// TestTotalsOfProducers compares totals with those that real producers print when they run
// by themselves: node --test as its spec reporter sums up, also through its TAP and JUnit
// reporters, and unittest.
func TestTotalsOfProducers(t *testing.T) {
	t.Parallel()
	node := need(t, "node")
	nodeEnv := pack.Environment{Runtime: pack.RuntimeNode, Key: "n1", Interpreter: node, Version: "v20"}
	reporter := func(name string) string {
		return script(node + " --test --test-reporter=" + name + " tests/a.test.js")
	}
	asNode := func(t *testing.T, dir string) registry.TestTotals {
		t.Helper()
		out := say(t, dir, node, "--test", "--test-reporter=spec", "tests/a.test.js")
		total := numberAfter(t, out, `tests (\d+)`)
		return registry.TestTotals{Total: total, Passed: numberAfter(t, out, `pass (\d+)`), Failed: numberAfter(t, out, `fail (\d+)`), Skipped: numberAfter(t, out, `skipped (\d+)`)}
	}
	asUnittest := func(t *testing.T, dir string) registry.TestTotals {
		t.Helper()
		out := say(t, dir, need(t, "python3"), "-m", "unittest", "tests/test_it.py")
		n := registry.TestTotals{Total: numberAfter(t, out, `Ran (\d+) tests`), Failed: numberAfter(t, out, `failures=(\d+)`) + numberAfter(t, out, `errors=(\d+)`), Skipped: numberAfter(t, out, `skipped=(\d+)`)}
		n.Passed = n.Total - n.Failed - n.Skipped
		return n
	}
	for name, tt := range map[string]struct {
		section string
		files   files
		says    func(*testing.T, string) registry.TestTotals
		want    registry.TestTotals
	}{
		"node --test":      {"  runners: {unit: {type: node-test, entry_point: tests, timeout: 60}}\n", files{"tests/a.test.js": nodeTests}, asNode, registry.TestTotals{Total: 4, Passed: 2, Failed: 1, Skipped: 1}},
		"a TAP producer":   {scriptRunner + "  result_format: tap\n", files{"tests/run.sh": reporter("tap"), "tests/a.test.js": nodeTests}, asNode, registry.TestTotals{Total: 4, Passed: 2, Failed: 1, Skipped: 1}},
		"a JUnit producer": {scriptRunner + "  result_format: junit-xml\n", files{"tests/run.sh": reporter("junit"), "tests/a.test.js": nodeTests}, asNode, registry.TestTotals{Total: 4, Passed: 2, Failed: 1, Skipped: 1}},
		"unittest":         {"  runners: {unit: {type: unittest, entry_point: tests/test_it.py, timeout: 60}}\n", files{"tests/test_it.py": unitTests}, asUnittest, registry.TestTotals{Total: 7, Passed: 4, Failed: 2, Skipped: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := write(t, tt.files)
			if diff := cmp.Diff(tt.want, tt.says(t, dir)); diff != "" {
				t.Fatalf("the producer says (-want +got)\n%s", diff)
			}
			c := newRoot(t).config()
			c.Environments = attached{nodeEnv}
			if name == "unittest" {
				c.Environments = attached{virtualenv(t)}
			}
			got, s, err := registerTested(t, c, strings.ReplaceAll(tt.section, "timeout: 5}", "timeout: 60}")+"  on_failure: warn\n", tt.files, nil)
			if err != nil {
				t.Fatalf("%v: %+v", err, got)
			}
			details, err := s.Show(t.Context(), "demo")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, details.Active.Tests.TestTotals); diff != "" {
				t.Errorf("(-want +got)\n%s\n%+v", diff, details.Active.Tests.Suites)
			}
		})
	}
}

// say runs a program, which may fail, and returns its output.
func say(t *testing.T, dir, program string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "NO_COLOR=1")
	out, err := cmd.CombinedOutput()
	if len(out) == 0 {
		t.Fatalf("%s: %v", program, err)
	}
	return string(out)
}

func numberAfter(t *testing.T, text, pattern string) int {
	t.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("no %s in %s", pattern, text)
	}
	n, err := strconv.Atoi(found[1])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestTotalsWithMuchOutput has tests that print 1 MB and 10 MB beside their results.
func TestTotalsWithMuchOutput(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1 << 20, 10 << 20} {
		noise := fmt.Sprintf("yes 'a line of noise' | head -c %d; echo\n", size)
		aside := "{ " + noise + "} >&2\n" // standard output is one document
		for name, tt := range map[string]struct{ section, body string }{
			"simple": {"", noise + "printf 'Total Tests: 3\\nPassed: 2\\nFailed: 0\\nSkipped: 1\\n'"},
			"tap":    {"  result_format: tap\n", "echo 'ok 1 - a'\n" + noise + "echo 'ok 2 - b'; echo 'ok 3 - c # SKIP why'; echo 1..3"},
			"json":   {"  result_format: json\n", aside + `printf '{"total": 3, "passed": 2, "failed": 0, "skipped": 1}'`},
			"junit":  {"  result_format: junit-xml\n", aside + `printf '<testsuite name="s" tests="3" skipped="1"><testcase name="a"/><testcase name="b"/><testcase name="c"><skipped/></testcase></testsuite>'`},
		} {
			t.Run(fmt.Sprintf("%s/%d", name, size), func(t *testing.T) {
				t.Parallel()
				section := strings.ReplaceAll(scriptRunner, "timeout: 5}", "timeout: 60}") + tt.section
				report, s, err := registerTested(t, newRoot(t).config(), section, files{"tests/run.sh": script(tt.body)}, nil)
				if err != nil {
					t.Fatalf("%v: %+v", err, report.Failed)
				}
				details, err := s.Show(t.Context(), "demo")
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(registry.TestTotals{Total: 3, Passed: 2, Skipped: 1}, details.Active.Tests.TestTotals); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				if stored := len(fmt.Sprint(details.Active.Tests)); stored > 1<<17 {
					t.Errorf("the evidence has %d bytes", stored)
				}
			})
		}
	}
}

// TestDaemonsOfTests has tests that leave daemons: registering ends, and so do they.
func TestDaemonsOfTests(t *testing.T) {
	t.Parallel()
	beat := filepath.Join(t.TempDir(), "beat")
	body := fmt.Sprintf("setsid sh -c 'trap \"\" TERM HUP; while :; do date +%%s%%N > %s; sleep 0.05; done' </dev/null >/dev/null 2>&1 &\nwhile [ ! -e %s ]; do sleep 0.05; done\nprintf 'Total Tests: 1\\nPassed: 1\\n'", beat, beat)
	report, _, err := registerTested(t, newRoot(t).config(), strings.ReplaceAll(scriptRunner, "timeout: 5}", "timeout: 60}"), files{"tests/run.sh": script(body)}, nil)
	if err != nil || report.Registered[0].Tests.Passed != 1 {
		t.Fatalf("%v: %+v", err, report)
	}
	wantNoMoreWrites(t, beat)
}
