package registry

import (
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/internal/packtests"
)

// A TestResult is the evidence of one test run: the tested content, its environments,
// and the results.
type TestResult struct {
	Ref     pack.Ref     `json:"pack_ref"`
	Version pack.Version `json:"pack_version"`
	// TreeDigest is the digest of the tested content, Environments the keys of the
	// environments used.
	TreeDigest   pack.Digest `json:"tree_digest"`
	Environments []string    `json:"environment_keys"`
	Time         time.Time   `json:"time"`
	Status       TestStatus  `json:"status"`
	TestTotals
	// PassRate is the fraction of passed tests among those that were not skipped; 0 if
	// none ran.
	PassRate   float64 `json:"pass_rate"`
	DurationMS int64   `json:"duration_ms"`
	// Isolation is the weakest level at which a suite ran, "" when none ran, and
	// Shortfall why it is not a better one. Enforced lists the limits that held for that
	// suite.
	Isolation pack.Isolation `json:"isolation"`
	Shortfall string         `json:"isolation_shortfall,omitempty"`
	Enforced  []string       `json:"enforced_limits,omitempty"`
	Suites    []TestSuite    `json:"suites"`
}

// A TestSuite is the result of one test runner.
type TestSuite struct {
	Name   string     `json:"name"`
	Runner string     `json:"runner"` // script, unittest, ...
	Status TestStatus `json:"status"`
	TestTotals
	DurationMS int64 `json:"duration_ms"`
	// ExitCode is the exit status; -1 if the runner was killed by a signal or did not
	// start.
	ExitCode int `json:"exit_code"`
	// Message is the reason of a failure, Output the end of the output of a failed
	// suite.
	Message string `json:"message"`
	Output  string `json:"output"`
	// Cases are the first 1,000 tests, as far as the results list them by name.
	Cases []TestCase `json:"cases,omitempty"`
}

// A TestCase is the result of one test of a suite.
type TestCase struct {
	Name string `json:"name"`
	// Status is passed, failed, skipped, or error for a failure outside of what the test
	// asserts.
	Status     string `json:"status"`
	DurationMS int64  `json:"duration_ms"`
	// Message is the reason if the test did not pass.
	Message string `json:"message,omitempty"`
}

// TestTotals count tests. Failed includes those that ended with an error.
type TestTotals struct {
	Total   int `json:"total_tests"`
	Passed  int `json:"passed"`
	Failed  int `json:"failed"`
	Skipped int `json:"skipped"`
}

// Summary returns the counts for reports, nil for a nil result.
func (r *TestResult) Summary() *TestSummary {
	if r == nil {
		return nil
	}
	return &TestSummary{Status: r.Status, Total: r.Total, Passed: r.Passed, Failed: r.Failed, Isolation: r.Isolation, Shortfall: r.Shortfall}
}

// newTestResult returns the evidence for it before a test has run.
func (s *Store) newTestResult(it *item) *TestResult {
	return &TestResult{
		Ref: it.ID.Ref, Version: it.ID.Version, TreeDigest: it.treeDigest, Environments: keys(it.envs),
		Time: s.now(), Status: TestsSkipped, Suites: []TestSuite{},
	}
}

// take sets the outcome of a run.
func (r *TestResult) take(run *packtests.Result) {
	r.Status, r.TestTotals, r.PassRate = TestStatus(run.Status), TestTotals(run.Totals), run.PassRate
	r.DurationMS = run.Duration.Milliseconds()
	r.isolated(run.Suites)
	for i := range run.Suites {
		s := &run.Suites[i]
		r.Suites = append(r.Suites, TestSuite{
			Name: s.Name, Runner: s.Runner, Status: TestStatus(s.Status), TestTotals: TestTotals(s.Totals),
			DurationMS: s.Duration.Milliseconds(), ExitCode: s.ExitCode, Message: s.Message, Output: s.Output,
			Cases: testCases(s.Cases),
		})
	}
}

func testCases(cases []packtests.Case) []TestCase {
	var out []TestCase
	for _, c := range cases {
		out = append(out, TestCase{Name: c.Name, Status: string(c.Status), DurationMS: c.Duration.Milliseconds(), Message: c.Message})
	}
	return out
}

// isolated sets the level to that of the suite that was isolated least. An unknown level
// counts as none.
func (r *TestResult) isolated(suites []packtests.Suite) {
	for i := range suites {
		s := &suites[i]
		if i > 0 && s.Isolation.AtLeast(r.Isolation) {
			continue
		}
		r.Isolation, r.Shortfall, r.Enforced = s.Isolation, s.Shortfall, s.Enforced
		if !r.Isolation.AtLeast(pack.IsolationContained) {
			r.Isolation = pack.IsolationNone
		}
	}
}
