package packtests

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/packtrain/pack"
)

// The limits of the stored output of a suite.
const (
	outputLines = 20
	outputSize  = 4096
)

// A Suite is the result of one test runner.
type Suite struct {
	Name   string
	Runner string // script, unittest, ...
	Status Status
	Totals
	Duration time.Duration
	// ExitCode is the exit status; -1 if the runner was killed by a signal or
	// did not start.
	ExitCode int
	// Cases are the tests by name, as far as the results list them, see [MaxCases].
	Cases []Case
	// Isolation is the level of isolation of the run, Shortfall why it is not a better
	// one, and Enforced lists the limits that held.
	Isolation pack.Isolation
	Shortfall string
	Enforced  []string
	// Message is the reason of a failure. Output is the end of the suite's output,
	// "" if it passed.
	Message, Output string
}

// run runs one suite.
func (c *Config) run(ctx context.Context, spec *pack.Suite) (Suite, error) {
	suite := Suite{Name: spec.Name, Runner: spec.Type, ExitCode: -1}
	src := &source{runner: runnerOf(spec.Type), spec: spec}
	command, err := c.command(src)
	if err != nil {
		suite.breakDown(refusal(err))
		return suite, nil
	}
	result, err := c.Runner.Run(ctx, command)
	if ctx.Err() != nil {
		return suite, ctx.Err()
	}
	suite.Duration, suite.ExitCode = result.Duration, result.ExitCode
	suite.Isolation, suite.Shortfall, suite.Enforced = result.Isolation, result.Shortfall, result.Enforced
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		suite.breakDown(fmt.Sprintf("took longer than %v", command.Timeout))
	case err != nil:
		suite.breakDown(err.Error())
	case result.Signal != "":
		suite.breakDown("was killed by signal " + result.Signal)
	default:
		report, err := c.report(src, &result)
		suite.judge(report, err, src.optional())
	}
	if suite.Status != Passed {
		suite.Output = Tail(slices.Concat(result.Stdout, result.Stderr), outputLines, outputSize)
	}
	return suite, nil
}

// judge sets the result from the exit status and the results, of which err says what is
// wrong. Neither is believed against the other: results that contradict the exit status
// are a failure. Where results are optional, a suite without any is one test.
func (s *Suite) judge(r Report, err error, optional bool) {
	passed := s.ExitCode == 0
	switch {
	case errors.Is(err, errNoResults) && !passed:
		s.breakDown(fmt.Sprintf("exit status %d", s.ExitCode))
	case errors.Is(err, errNoResults) && optional:
		s.Totals, s.Status = Totals{Total: 1, Passed: 1}, Passed
	case err != nil:
		s.breakDown(fmt.Sprintf("exit status %d, but its results cannot be used: %v", s.ExitCode, err))
	case !r.Sound():
		s.breakDown(fmt.Sprintf("exit status %d, but its totals do not add up: %d tests, %d passed, %d failed, %d skipped",
			s.ExitCode, r.Total, r.Passed, r.Failed, r.Skipped))
	default:
		s.Totals, s.Cases = r.Totals, r.Cases
		s.compare(passed)
	}
}

// compare sets the status by the exit status and the totals.
func (s *Suite) compare(passed bool) {
	switch {
	case s.Total == s.Skipped && passed:
		s.Status, s.Message = Failed, "no test ran"
	case s.Total == s.Skipped:
		s.Status, s.Message = Failed, fmt.Sprintf("no test ran, exit status %d", s.ExitCode)
	case passed && s.Failed > 0:
		s.Status, s.Message = Failed, fmt.Sprintf("exit status 0, although %d of %d tests failed", s.Failed, s.Total)
	case passed:
		s.Status = Passed
	case s.Failed == 0:
		s.Status, s.Message = Failed, fmt.Sprintf("exit status %d, although none of %d tests failed", s.ExitCode, s.Total)
	default:
		s.Status, s.Message = Partial, fmt.Sprintf("%d of %d tests failed", s.Failed, s.Total)
	}
}

// breakDown sets a failure of the suite as a whole, which counts as one failed test.
func (s *Suite) breakDown(message string) {
	s.Status, s.Message = Failed, message
	s.Totals = Totals{Total: 1, Failed: 1}
}
