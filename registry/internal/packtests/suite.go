package packtests

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/packtrain/pack"
)

// What of a suite's output is kept.
const (
	outputLines = 20
	outputSize  = 4096
)

// A Suite is what one test runner did.
type Suite struct {
	Name   string
	Runner string // script, unittest, ...
	Status Status
	Totals
	Duration time.Duration
	// ExitCode is the exit status; -1 when the runner was ended by a signal or
	// did not start.
	ExitCode int
	// Isolation is the level at which it ran.
	Isolation pack.Isolation
	// Message says why the suite failed. Output is the end of what it printed;
	// "" when it passed.
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
		suite.breakDown("was ended by signal " + result.Signal)
	default:
		suite.judge(&result)
	}
	if suite.Status != Passed {
		suite.Output = Tail(slices.Concat(result.Stdout, result.Stderr), outputLines, outputSize)
	}
	return suite, nil
}

// judge sets what the exit status and the printed totals say. The exit status
// is the truth: totals that contradict it are not believed.
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

// breakDown makes the suite fail as a whole, which counts as one test.
func (s *Suite) breakDown(message string) {
	s.Status, s.Message = Failed, message
	s.Totals = Totals{Total: 1, Failed: 1}
}
