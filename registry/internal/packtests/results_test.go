package packtests_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack/registry/internal/packtests"
)

// nodeOutput is what node --test prints, shortened.
const nodeOutput = `TAP version 13
# Subtest: adds
ok 1 - adds
  ---
  duration_ms: 1.5
  ...
# Subtest: breaks
not ok 2 - breaks
  ---
  failureType: 'testCodeFailure'
  error: '1 == 2'
  ...
ok 3 - later # SKIP no network
not ok 4 - wish # todo
# Subtest: group
    # Subtest: one
    ok 1 - one
    # Subtest: two \# x
    not ok 2 - two \# x
      ---
      error: 'boom'
      ...
    1..2
not ok 5 - group
  ---
  error: '1 subtest failed'
  ...
1..5
# tests 6
# suites 1
# pass 2
# fail 2
# cancelled 0
# skipped 1
# todo 1
# duration_ms 1592.1
`

func TestTAP(t *testing.T) {
	t.Parallel()
	passed, failed := packtests.CasePassed, packtests.CaseFailed
	tests := []struct {
		name, out string
		want      packtests.Report
		err       string
	}{
		{"nothing", "hello\n", packtests.Report{}, "there are none"},
		{"no tests", "1..0 # skip all\n", packtests.Report{}, ""},
		{"plain", "1..2\nok 1 - a\r\n# note\nnot ok\n", packtests.Report{
			Totals: packtests.Totals{Total: 2, Passed: 1, Failed: 1},
			Cases:  []packtests.Case{{Name: "a", Status: passed}, {Status: failed}},
		}, ""},
		{"coloured", "\x1b[32mok\x1b[0m 1 a\n1..1\n", packtests.Report{Totals: packtests.Totals{Total: 1, Passed: 1}, Cases: []packtests.Case{{Name: "a", Status: passed}}}, ""},
		{"only words that begin so", "okay\nok1\nnot okay\nok\n1..1\n", packtests.Report{Totals: packtests.Totals{Total: 1, Passed: 1}, Cases: []packtests.Case{{Status: passed}}}, ""},
		{"a wish that came true", "ok 1 wish # todo\n1..1\n", packtests.Report{Totals: packtests.Totals{Total: 1, Passed: 1}, Cases: []packtests.Case{{Name: "wish", Status: passed}}}, ""},
		{"ended early", "1..3\nok 1\nok 2\n", packtests.Report{}, "3 tests were planned, 2 have results"},
		{"without a plan", "ok 1\n", packtests.Report{}, "the plan is missing"},
		{"bailed out", "1..2\nok 1\nBail out! no database\n", packtests.Report{}, "bailed out: no database"},
		{"a trailer of the tests themselves", "# tests 9\n# pass 9\nnot ok 1\n1..1\n", packtests.Report{Totals: packtests.Totals{Total: 1, Failed: 1}, Cases: []packtests.Case{{Status: failed}}}, ""},
		{"a trailer that hides a failure", "not ok 1\n1..1\n# tests 1\n# pass 1\n", packtests.Report{Totals: packtests.Totals{Total: 1, Failed: 1}, Cases: []packtests.Case{{Status: failed}}}, ""},
		{"node", nodeOutput, packtests.Report{
			Totals: packtests.Totals{Total: 6, Passed: 2, Failed: 2, Skipped: 2},
			Cases: []packtests.Case{
				{Name: "adds", Status: passed},
				{Name: "breaks", Status: failed, Message: "1 == 2"},
				{Name: "later", Status: packtests.CaseSkipped, Message: "no network"},
				{Name: "wish", Status: packtests.CaseSkipped},
				{Name: "one", Status: passed},
				{Name: "two # x", Status: failed, Message: "boom"},
			},
		}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := packtests.TAP([]byte(tt.out))
			check(t, got, tt.want, err, tt.err)
		})
	}
}

func check(t *testing.T, got, want packtests.Report, err error, wantErr string) {
	t.Helper()
	if wantErr != "" {
		if err == nil || !strings.Contains(err.Error(), wantErr) {
			t.Errorf("got %v, want %q", err, wantErr)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// pytestXML is what pytest writes, shortened.
const pytestXML = `<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="1" skipped="2" tests="5" time="0.174">
<testcase classname="tests.test_a" name="test_ok" time="0.25" />
<testcase classname="tests.test_a" name="test_bad" time="0.002"><failure message="AssertionError: one is not two&#10;assert 1 == 2">E   AssertionError: one is not two</failure></testcase>
<testcase classname="tests.test_a" name="test_skip" time="0.000"><skipped type="pytest.skip" message="why" /></testcase>
<testcase classname="tests.test_a" name="test_xf" time="0.000"><skipped type="pytest.xfail" message="" /></testcase>
<testcase classname="tests.test_a" name="test_td" time="0.000"><error message="failed on teardown"></error></testcase>
</testsuite></testsuites>`

func TestJUnit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, out string
		want      packtests.Report
		err       string
	}{
		{"nothing", " ", packtests.Report{}, "there are none"},
		{"text", "all is well", packtests.Report{}, "there are none"},
		{"no tests", `<testsuites tests="9"/>`, packtests.Report{}, ""},
		{"another document", "<html></html>", packtests.Report{}, `the root element is "html"`},
		{"cut", "<testsuite><testcase name='a'>", packtests.Report{}, "not valid XML"},
		{"entity bomb", `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><testsuite><testcase name="&b;"/></testsuite>`, packtests.Report{}, "not valid XML"},
		{"deep", "<testsuite>" + strings.Repeat("<testsuite>", 100), packtests.Report{}, "nested more than 64 deep"},
		{"nested suites", `<testsuite><testsuite><properties/><testcase name="a" time="x"><system-out>ok</system-out></testcase></testsuite><testcase classname="C" name="b" time="1e300"/></testsuite>`, packtests.Report{
			Totals: packtests.Totals{Total: 2, Passed: 2},
			Cases:  []packtests.Case{{Name: "a", Status: packtests.CasePassed}, {Name: "C.b", Status: packtests.CasePassed}},
		}, ""},
		{"pytest", pytestXML, packtests.Report{
			Totals: packtests.Totals{Total: 5, Passed: 1, Failed: 2, Skipped: 2},
			Cases: []packtests.Case{
				{Name: "tests.test_a.test_ok", Status: packtests.CasePassed, Duration: 250 * time.Millisecond},
				{Name: "tests.test_a.test_bad", Status: packtests.CaseFailed, Duration: 2 * time.Millisecond, Message: "E   AssertionError: one is not two"},
				{Name: "tests.test_a.test_skip", Status: packtests.CaseSkipped, Message: "why"},
				{Name: "tests.test_a.test_xf", Status: packtests.CaseSkipped},
				{Name: "tests.test_a.test_td", Status: packtests.CaseError, Message: "failed on teardown"},
			},
		}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := packtests.JUnit([]byte(tt.out))
			check(t, got, tt.want, err, tt.err)
		})
	}
}

// jestJSON is what jest --json writes, shortened: of two files, one cannot be run.
const jestJSON = `{"numFailedTestSuites":2,"numFailedTests":1,"numPassedTests":1,"numPendingTests":1,"numRuntimeErrorTestSuites":1,"numTodoTests":1,"numTotalTests":4,
"testResults":[{"name":"a.test.js","message":"● breaks","assertionResults":[
{"fullName":"adds","status":"passed","duration":3,"failureMessages":[]},{"fullName":"breaks","status":"failed","duration":null,"failureMessages":["Error: \u001b[31mexpected\u001b[39m 3"]},
{"fullName":"skipped","status":"pending"},{"fullName":"later","status":"todo"}]},
{"name":"b.test.js","message":"Cannot find module","assertionResults":[]}]}`

func TestJSON(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, out string
		want      packtests.Report
		err       string
	}{
		{"nothing", "", packtests.Report{}, "not a JSON object"},
		{"an array", "[]", packtests.Report{}, "not a JSON object"},
		{"another object", `{"ok": true}`, packtests.Report{}, "there are none"},
		{"plain", `{"total_tests": 4, "passed": 1, "failed": 2, "skipped": 1}`, packtests.Report{Totals: packtests.Totals{Total: 4, Passed: 1, Failed: 2, Skipped: 1}}, ""},
		{"pytest-json-report", `{"summary": {"passed": 1, "xpassed": 1, "failed": 1, "error": 1, "skipped": 1, "xfailed": 1, "total": 6}}`, packtests.Report{Totals: packtests.Totals{Total: 6, Passed: 2, Failed: 2, Skipped: 2}}, ""},
		{"mocha", `{"stats": {"tests": 3, "passes": 1, "pending": 1, "failures": 1}, "passes": []}`, packtests.Report{Totals: packtests.Totals{Total: 3, Passed: 1, Failed: 1, Skipped: 1}}, ""},
		{"jest", jestJSON, packtests.Report{
			Totals: packtests.Totals{Total: 5, Passed: 1, Failed: 2, Skipped: 2},
			Cases: []packtests.Case{
				{Name: "adds", Status: packtests.CasePassed, Duration: 3 * time.Millisecond},
				{Name: "breaks", Status: packtests.CaseFailed, Message: "Error: expected 3"},
				{Name: "skipped", Status: packtests.CaseSkipped},
				{Name: "later", Status: packtests.CaseSkipped},
				{Name: "b.test.js", Status: packtests.CaseError, Message: "Cannot find module"},
			},
		}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := packtests.JSON([]byte(tt.out))
			check(t, got, tt.want, err, tt.err)
		})
	}
}

func TestManyCasesAreCounted(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	const n = packtests.MaxCases + 500
	for i := range n {
		fmt.Fprintf(&out, "ok %d - %s\n", i+1, strings.Repeat("x", 1000))
	}
	fmt.Fprintf(&out, "1..%d\n", n)
	got, err := packtests.TAP([]byte(out.String()))
	if err != nil || got.Total != n || len(got.Cases) != packtests.MaxCases || len(got.Cases[0].Name) != 200 {
		t.Errorf("%d tests, %d cases, %v", got.Total, len(got.Cases), err)
	}
}
