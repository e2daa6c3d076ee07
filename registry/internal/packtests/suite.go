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
	// Isolation is the level of isolation of the run.
	Isolation pack.Isolation
	// Message is the reason of a failure. Output is the end of the suite's output,
	// "" if it passed.
	Message, Output string
}

// run runs one suite.
func (c *Config) run(ctx context.Context, spec *pack.Suite) (Suite, error) {
	suite := Suite{Name: spec.Name, Runner: spec.Type, ExitCode: -1}
	command, err := c.command(spec)
	if err != nil {
		suite.breakDown(refusal(err))
		return suite, nil
	}
	result, err := c.Runner.Run(ctx, command)
	if ctx.Err() != nil {
		return suite, ctx.Err()
	}
	suite.Duration, suite.ExitCode, suite.Isolation = result.Duration, result.ExitCode, result.Isolation
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		suite.breakDown(fmt.Sprintf("took longer than %v", command.Timeout))
	case err != nil:
		suite.breakDown(err.Error())
	case result.Signal != "":
		suite.breakDown("was killed by signal " + result.Signal)
	default:
		suite.judge(&result)
	}
	if suite.Status != Passed {
		suite.Output = Tail(slices.Concat(result.Stdout, result.Stderr), outputLines, outputSize)
	}
	return suite, nil
}

// judge sets the result from the exit status and the printed totals. The exit status
// takes precedence: totals that contradict it are ignored.
func (s *Suite) judge(result *pack.Result) {
	totals, counted := s.totals(result)
	passed := result.ExitCode == 0
	if counted && totals.Sound() && passed == (totals.Failed == 0) {
		s.Totals = totals
	} else {
		counted = false
	}
	switch {
	case passed && counted && totals.Total == totals.Skipped:
		s.Status, s.Message = Failed, "no test ran"
	case passed && !counted && s.Runner == pack.SuiteUnittest:
		s.breakDown("printed no summary")
	case passed && !counted: // a script without totals is one test
		s.Totals, s.Status = Totals{Total: 1, Passed: 1}, Passed
	case passed:
		s.Status = Passed
	case counted:
		s.Status = Partial
		s.Message = fmt.Sprintf("%d of %d tests failed", s.Failed, s.Total)
	default:
		s.breakDown(fmt.Sprintf("exit status %d", result.ExitCode))
	}
}

func (s *Suite) totals(result *pack.Result) (Totals, bool) {
	if s.Runner == pack.SuiteUnittest {
		return Unittest(result.Stderr)
	}
	return Simple(slices.Concat(result.Stderr, []byte("\n"), result.Stdout))
}

// breakDown fails the suite as a whole, which counts as one test.
func (s *Suite) breakDown(message string) {
	s.Status, s.Message = Failed, message
	s.Totals = Totals{Total: 1, Failed: 1}
}
