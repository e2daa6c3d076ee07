package packtests

import (
	"context"
	"os"
	"time"

	"github.com/packtrain/pack"
)

// Config is what the tests of one pack run with. All fields but Environments
// and Env are required.
type Config struct {
	// Testing is what the manifest says about tests.
	Testing *pack.Testing
	// Dir holds the pack's content. It is the working directory.
	Dir string
	// Scratch is an empty directory that tests may write to: HOME and TMPDIR.
	Scratch string
	// Environments are those that were built for the content.
	Environments []pack.Environment
	// Env holds further variables, "NAME=value" each. A PATH among them takes
	// the place of SearchPath.
	Env []string
	// SearchPath is the PATH after the programs of Environments.
	SearchPath string
	// Timeout is the longest that a suite may take, whatever the pack says.
	Timeout time.Duration
	// Runner runs the commands.
	Runner pack.Runner
}

// A Status is the outcome of a suite, or of all of them.
type Status string

// The outcomes. Partial: some tests failed; of a [Result], not more than the
// pack allows.
const (
	Passed  Status = "passed"
	Failed  Status = "failed"
	Partial Status = "partial"
)

// A Result is the outcome of all suites.
type Result struct {
	Status Status
	Totals
	// PassRate is the share of the passed among the tests that were not
	// skipped; 0 when none ran.
	PassRate float64
	Duration time.Duration
	// Suites are in the order in which they ran.
	Suites []Suite
}

// Run runs one suite after another. A failing suite is not an error; a context
// that ends is.
func Run(ctx context.Context, c Config) (*Result, error) {
	started := time.Now()
	result := &Result{}
	for _, spec := range c.Testing.Suites(os.DirFS(c.Dir)) {
		suite, err := c.run(ctx, &spec)
		if err != nil {
			return nil, err
		}
		result.Suites = append(result.Suites, suite)
		result.Totals = result.plus(suite.Totals)
	}
	result.Duration = time.Since(started)
	result.judge(c.Testing.MinPassRate)
	return result, nil
}

// judge sets status and pass rate. A suite that broke down fails everything; so
// does a run in which no test ran.
func (r *Result) judge(minPassRate float64) {
	ran := r.Total - r.Skipped
	if ran > 0 {
		r.PassRate = float64(r.Passed) / float64(ran)
	}
	r.Status = Passed
	for i := range r.Suites {
		switch r.Suites[i].Status {
		case Failed:
			r.Status = Failed
			return
		case Partial:
			r.Status = Partial
		case Passed:
		}
	}
	if ran == 0 || r.Status == Partial && r.PassRate < minPassRate {
		r.Status = Failed
	}
}
