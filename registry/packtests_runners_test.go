package registry_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

func TestPackTestsOfNode(t *testing.T) {
	t.Parallel()
	env := pack.Environment{Runtime: pack.RuntimeNode, Key: "n1", Interpreter: need(t, "node"), Version: "v20"}
	ok := "const test = require('node:test');\ntest('a', () => {});\n"
	bad := "const test = require('node:test');\ntest('b', () => { throw new Error('no such luck'); });\n"
	runner := func(entry string) string {
		return "  runners: {unit: {type: node-test, entry_point: " + entry + ", timeout: 60}}\n"
	}
	tests := []struct {
		name, section string
		files         files
		want          registry.TestSummary
		message       string
	}{
		{"a file", runner("tests/a.js"), files{"tests/a.js": ok}, registry.TestSummary{Status: registry.TestsPassed, Isolation: pack.IsolationNone, Total: 1, Passed: 1}, ""},
		{"a file that looks like an option", runner(`"-e.js"`), files{"-e.js": ok}, registry.TestSummary{Status: registry.TestsPassed, Isolation: pack.IsolationNone, Total: 1, Passed: 1}, ""},
		{"a directory", runner("tests"), files{"tests/a.test.js": ok, "tests/b/c.test.mjs": "import test from 'node:test';\ntest('c', () => {});\n", "tests/helper.js": "process.exit(1)\n"}, registry.TestSummary{Status: registry.TestsPassed, Isolation: pack.IsolationNone, Total: 2, Passed: 2}, ""},
		{"failed", runner("tests"), files{"tests/a.js": ok, "tests/b.js": bad}, registry.TestSummary{}, "unit: 1 of 2 tests failed"},
		{"none", runner("tests"), files{"tests/a.txt": "x"}, registry.TestSummary{}, "has no test files"},
		{"jest is not there", "  runners: {unit: {type: jest, entry_point: tests, timeout: 5}}\n", files{"tests/a.test.js": ok}, registry.TestSummary{}, "jest is not installed in the pack's environment"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newRoot(t).config()
			c.Environments = attached{env}
			report, s, err := registerTested(t, c, tt.section, tt.files, nil)
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
			if details, err := s.Show(t.Context(), "demo"); err != nil || len(details.Active.Tests.Suites[0].Cases) != tt.want.Total {
				t.Errorf("cases: %+v, %v", details.Active.Tests, err)
			}
		})
	}
}

func TestPackTestsWithoutPytest(t *testing.T) {
	t.Parallel()
	c := newRoot(t).config()
	c.Environments = attached{virtualenv(t)}
	report, _, err := registerTested(t, c, "  runners: {unit: {type: pytest, entry_point: tests, timeout: 60}}\n", files{"tests/test_it.py": "def test_a(): pass\n"}, nil)
	wantFailure(t, report, err, pack.StageTests, pack.CodeTestsFailed)
	if !strings.Contains(err.Error(), "No module named pytest") {
		t.Errorf("got %q", err)
	}
}
