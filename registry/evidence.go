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
	// TreeDigest is the digest of the tested content, Environments are those it was
	// tested in.
	TreeDigest   pack.Digest       `json:"tree_digest"`
	Environments []TestEnvironment `json:"environments"`
	Bounds       TestBounds        `json:"bounds"`
	Time         time.Time         `json:"time"`
	Status       TestStatus        `json:"status"`
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

// A TestEnvironment is one build of an environment, see [pack.Environment].
type TestEnvironment struct {
	Runtime  pack.RuntimeName `json:"runtime"`
	Key      string           `json:"key"`
	Instance string           `json:"instance"`
}

// TestBounds are the limits of the host for tests. Those of the Runner are 0 if it does
// not state them.
type TestBounds struct {
	TimeoutMS   int64 `json:"timeout_ms"`
	MemoryBytes int64 `json:"memory_bytes,omitempty"`
	Processes   int   `json:"processes,omitempty"`
	FileBytes   int64 `json:"file_bytes,omitempty"`
	DiskBytes   int64 `json:"disk_bytes,omitempty"`
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
		Ref: it.ID.Ref, Version: it.ID.Version, TreeDigest: it.treeDigest, Environments: testEnvironments(it.envs),
		Bounds: s.testBounds(), Time: s.now(), Status: TestsSkipped, Suites: []TestSuite{},
	}
}

func testEnvironments(envs []pack.Environment) []TestEnvironment {
	out := make([]TestEnvironment, len(envs))
	for i, e := range envs {
		out[i] = TestEnvironment{e.Runtime, e.Key, e.Instance}
	}
	return out
}

// A limiter is a Runner that states the limits of children that have none of their own.
type limiter interface {
	Limits() pack.CommandLimits
}

func (s *Store) testBounds() TestBounds {
	b := TestBounds{TimeoutMS: s.config.TestTimeout.Milliseconds()}
	if r, ok := s.config.Runner.(limiter); ok {
		l := r.Limits()
		b.MemoryBytes, b.Processes, b.FileBytes, b.DiskBytes = l.MemoryBytes, l.Processes, l.FileBytes, l.DiskBytes
	}
	return b
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
