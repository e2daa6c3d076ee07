package packtests

import (
	"context"
	"os"
	"time"

	"github.com/packtrain/pack"
)

// Config configures the tests of one pack. All fields except Environments and Env are
// required.
type Config struct {
	// Testing is the section of the manifest about tests.
	Testing *pack.Testing
	// Dir is the directory of the pack's content, and the working directory. Tests may
	// write to it.
	Dir string
	// Scratch is an empty directory that tests may write to: HOME and TMPDIR.
	Scratch string
	// Environments are the environments built for the content.
	Environments []pack.Environment
	// Env lists additional variables, "NAME=value" each. A PATH among them
	// replaces SearchPath.
	Env []string
	// SearchPath is the PATH after the programs of Environments.
	SearchPath string
	// Timeout limits the duration of a suite; the pack can only lower it.
	Timeout time.Duration
	// Runner runs the commands.
	Runner pack.Runner
}

// A Status is the outcome of a suite, or of all of them.
type Status string

// The outcomes. Partial means that some tests failed; for a [Result], no more than
// the pack allows.
const (
	Passed  Status = "passed"
	Failed  Status = "failed"
	Partial Status = "partial"
)

// A Result is the outcome of all suites.
type Result struct {
	Status Status
	Totals
	// PassRate is the fraction of passed tests among those that were not
	// skipped; 0 if no test ran.
	PassRate float64
	Duration time.Duration
	// Suites are in the order of execution.
	Suites []Suite
}

// Run runs one suite after another. A failing suite is not an error, but
// cancellation is.
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

// judge sets status and pass rate. The result is Failed if a suite could not be
// completed, or if no test ran.
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
