package packtests_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/packtrain/pack/registry/internal/packtests"
)

func TestSimple(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, out string
		want      packtests.Totals
		ok        bool
	}{
		{"nothing", "all is well\n", packtests.Totals{}, false},
		{"empty", "", packtests.Totals{}, false},
		{"plain", "Total Tests: 3\nPassed: 2\nFailed: 1\n", packtests.Totals{Total: 3, Passed: 2, Failed: 1}, true},
		{"skipped", "Total Tests: 3\nPassed: 1\nFailed: 1\nSkipped: 1", packtests.Totals{Total: 3, Passed: 1, Failed: 1, Skipped: 1}, true},
		{"colours, indentation, two spaces", "\x1b[1mTest Results:\x1b[0m\n  Total Tests:  36\n  \x1b[0;32mPassed:  36\x1b[0m\n  Failed:  0\n", packtests.Totals{Total: 36, Passed: 36}, true},
		{"other labels", "Total tests run: 4\nTests passed: x\nPassed: 4\n", packtests.Totals{Total: 4, Passed: 4}, true},
		{"tests run", "Tests run: 4\nFailed: 1\n", packtests.Totals{Total: 4, Passed: 3, Failed: 1}, true},
		{"carriage returns", "Total Tests: 2\r\nPassed: 2\r\n", packtests.Totals{Total: 2, Passed: 2}, true},
		{"the last one counts", "Passed: 9\nTotal Tests: 1\nPassed: 0\nFailed: 1\n", packtests.Totals{Total: 1, Failed: 1}, true},
		{"no total", "Passed: 2\nFailed: 1\n", packtests.Totals{Total: 3, Passed: 2, Failed: 1}, true},
		{"not a number", "Total Tests: many\nPassed: 99999999999999999999\n", packtests.Totals{}, false},
		{"in the middle of a line", "he said Passed: 3\n", packtests.Totals{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := packtests.Simple([]byte(tt.out))
			if got.Totals != tt.want || (err == nil) != tt.ok {
				t.Errorf("got %+v, %v, want %+v, %v", got.Totals, err, tt.want, tt.ok)
			}
		})
	}
}

func TestUnittest(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, out string
		want      packtests.Totals
		ok        bool
	}{
		{"nothing", "Traceback", packtests.Totals{}, false},
		{"passed", "...\n-----\nRan 3 tests in 0.001s\n\nOK\n", packtests.Totals{Total: 3, Passed: 3}, true},
		{"one test", "Ran 1 test in 0.001s\n\nOK\n", packtests.Totals{Total: 1, Passed: 1}, true},
		{"skipped", "Ran 3 tests in 0.001s\n\nOK (skipped=1)\n", packtests.Totals{Total: 3, Passed: 2, Skipped: 1}, true},
		{"failed", "Ran 9 tests in 1s\n\nFAILED (failures=1, errors=2, skipped=3)\n", packtests.Totals{Total: 9, Passed: 3, Failed: 3, Skipped: 3}, true},
		{"unexpected", "Ran 2 tests in 1s\n\nFAILED (expected failures=1, unexpected successes=1)\n", packtests.Totals{Total: 2, Passed: 1, Failed: 1}, true},
		{"none", "Ran 0 tests in 0.000s\n\nNO TESTS RAN\n", packtests.Totals{}, true},
		{"module that cannot be imported", "Ran 0 tests in 0.000s\n\nFAILED (errors=1)\n", packtests.Totals{Total: 1, Failed: 1}, true},
		{"fake in the output of a test", "Ran 7 tests in 0s\nOK\n...\nRan 2 tests in 0.001s\n\nFAILED (failures=1)\n", packtests.Totals{Total: 2, Passed: 1, Failed: 1}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := packtests.Unittest([]byte(tt.out))
			if got.Totals != tt.want || (err == nil) != tt.ok {
				t.Errorf("got %+v, %v, want %+v, %v", got.Totals, err, tt.want, tt.ok)
			}
		})
	}
}

func TestTail(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, out, want string }{
		{"short", "one\ntwo\n", "one\ntwo"},
		{"many lines", "one\ntwo\nthree\nfour\n", "two\nthree\nfour"},
		{"one long line", strings.Repeat("x", 100), strings.Repeat("x", 30)},
		{"terminal", "\x1b[31mred\x1b[0m \x1b]0;title\x07bell\x07\r\n\u202eend\xff", "red bell?\n?end?"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := packtests.Tail([]byte(tt.out), 3, 30); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func FuzzOutput(f *testing.F) {
	for _, s := range []string{
		"Total Tests: 3\nPassed: 2\nFailed: 1\n", "Ran 9 tests in 1s\n\nFAILED (failures=1, errors=2, skipped=3)\n",
		"\x1b[1mPassed:  3\x1b[0m", "Total: 1\nFailed: 2\n",
		"TAP version 13\nok 1 - a\nnot ok 2 - b # todo later\n1..2\n# tests 2\n# pass 1\n",
		`<testsuites><testsuite><testcase name="a" time="0.1"><failure message="m">t</failure></testcase></testsuite></testsuites>`,
		`{"numTotalTests": 1, "testResults": [{"assertionResults": [{"fullName": "a", "status": "passed"}]}]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, out []byte) {
		if got, err := packtests.Unittest(out); !got.Sound() || err != nil && got.Totals != (packtests.Totals{}) {
			t.Errorf("unittest: %+v, %v", got, err)
		}
		if got, err := packtests.Simple(out); err != nil && got.Totals != (packtests.Totals{}) || got.Total < 0 {
			t.Errorf("simple: %+v, %v", got, err)
		}
		for _, read := range []func([]byte) (packtests.Report, error){packtests.TAP, packtests.JUnit, packtests.JSON} {
			if got, err := read(out); err == nil && len(got.Cases) > packtests.MaxCases {
				t.Errorf("%d cases", len(got.Cases))
			}
		}
		for _, r := range packtests.Tail(out, 5, 200) {
			if r != '\n' && r != '\t' && !unicode.IsPrint(r) {
				t.Errorf("tail holds %q", r)
			}
		}
	})
}
