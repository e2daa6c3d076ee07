package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/internal/packtests"
)

// defaultSuiteTimeout is the timeout of a suite that says nothing about it.
const defaultSuiteTimeout = 5 * time.Minute

// What of a suite's output is kept as evidence.
const (
	outputLines = 20
	outputSize  = 4096
)

// suite runs one suite.
func (r *testRun) suite(ctx context.Context, spec *suiteSpec) (TestSuite, error) {
	suite := TestSuite{Name: spec.name, Runner: spec.runner, ExitCode: -1}
	command, err := r.command(spec)
	if err != nil {
		suite.breakDown(err.Error())
		return suite, nil
	}
	result, err := r.store.config.Runner.Run(ctx, command)
	if ctx.Err() != nil {
		return suite, ctx.Err()
	}
	suite.DurationMS, suite.ExitCode = result.Duration.Milliseconds(), result.ExitCode
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
	if suite.Status != TestsPassed {
		suite.Output = packtests.Tail(slices.Concat(result.Stdout, result.Stderr), outputLines, outputSize)
	}
	return suite, nil
}

// judge sets what the exit status and the printed totals say. The exit status
// is the truth: totals that contradict it are not believed.
func (s *TestSuite) judge(result *pack.Result) {
	totals, counted := s.totals(result)
	passed := result.ExitCode == 0
	if counted && totals.Sound() && passed == (totals.Failed == 0) {
		s.TestTotals = TestTotals(totals)
	} else {
		counted = false
	}
	switch {
	case passed && counted && totals.Total == totals.Skipped:
		s.Status, s.Message = TestsFailed, "no test ran"
	case passed && !counted && s.Runner == runnerUnittest:
		s.breakDown("printed no summary")
	case passed && !counted: // a script without totals is one test
		s.TestTotals, s.Status = TestTotals{Total: 1, Passed: 1}, TestsPassed
	case passed:
		s.Status = TestsPassed
	case counted:
		s.Status = TestsPartial
		s.Message = fmt.Sprintf("%d of %d tests failed", s.Failed, s.Total)
	default:
		s.breakDown(fmt.Sprintf("exit status %d", result.ExitCode))
	}
}

func (s *TestSuite) totals(result *pack.Result) (packtests.Totals, bool) {
	if s.Runner == runnerUnittest {
		return packtests.Unittest(result.Stderr)
	}
	return packtests.Simple(slices.Concat(result.Stderr, []byte("\n"), result.Stdout))
}

// breakDown makes the suite fail as a whole, which counts as one test.
func (s *TestSuite) breakDown(message string) {
	s.Status, s.Message = TestsFailed, message
	s.TestTotals = TestTotals{Total: 1, Failed: 1}
}

// command returns the command of a suite.
func (r *testRun) command(spec *suiteSpec) (c pack.Command, err error) {
	var argv []string
	switch {
	case spec.runner != runnerScript && spec.runner != runnerUnittest:
		err = fmt.Errorf("test runner %q is not supported yet; skip the tests to register the pack", spec.runner)
	case !filepath.IsLocal(filepath.FromSlash(spec.entry)):
		err = fmt.Errorf("entry point %q is no file of the pack", spec.entry)
	case spec.runner == runnerUnittest:
		argv, err = r.unittest(spec)
	default:
		argv, err = r.script(spec)
	}
	if err != nil {
		return c, err
	}
	timeout := spec.timeout
	if timeout <= 0 {
		timeout = defaultSuiteTimeout
	}
	return pack.Command{
		Path: argv[0], Args: argv[1:], Dir: r.item.content, Env: r.environ(),
		Timeout: min(timeout, r.store.config.TestTimeout),
	}, nil
}

// unittest discovers the tests in the file or directory of the entry point. By
// that its name need not be one of a package, and no package of the environment
// with the directory's name comes in the way.
func (r *testRun) unittest(spec *suiteSpec) ([]string, error) {
	python, err := r.interpreter(pack.RuntimePython, spec.name)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(filepath.Join(r.item.content, filepath.FromSlash(spec.entry)))
	if err != nil {
		return nil, fmt.Errorf("entry point %q is missing", spec.entry)
	}
	dir, pattern := path.Split(spec.entry)
	if info.IsDir() {
		dir, pattern = spec.entry, "test*.py"
	}
	dir = path.Clean(dir)
	argv := []string{python, "-m", "unittest", "discover", "-s", dir, "-p", pattern}
	if _, err := os.Stat(filepath.Join(r.item.content, filepath.FromSlash(dir), "__init__.py")); err == nil {
		argv = append(argv, "-t", ".") // a package: relative imports work from its parent only
	}
	return argv, nil
}

// script runs a file by its first line.
func (r *testRun) script(spec *suiteSpec) ([]string, error) {
	head, err := readHead(filepath.Join(r.item.content, filepath.FromSlash(spec.entry)))
	if err != nil {
		return nil, fmt.Errorf("entry point %q cannot be read", spec.entry)
	}
	shebang, ok := packtests.ParseShebang(head)
	if !ok {
		shebang = defaultShebang(spec.entry)
	}
	if !path.IsAbs(shebang.Path) {
		return nil, fmt.Errorf("interpreter %q of %q is no absolute path", shebang.Path, spec.entry)
	}
	argv := []string{shebang.Path}
	if runtime := shebang.Runtime(); runtime != "" {
		interpreter, err := r.interpreter(runtime, spec.name)
		if err != nil {
			return nil, err
		}
		if !shebang.Env() {
			argv[0] = interpreter
		}
	}
	if shebang.Arg != "" {
		argv = append(argv, shebang.Arg)
	}
	return append(append(argv, filepath.FromSlash(spec.entry)), spec.args...), nil
}

// defaultShebang stands in for a first line that names no interpreter.
func defaultShebang(entry string) packtests.Shebang {
	switch path.Ext(entry) {
	case ".py":
		return packtests.Shebang{Path: "/usr/bin/env", Arg: "python"}
	case ".js", ".cjs", ".mjs":
		return packtests.Shebang{Path: "/usr/bin/env", Arg: "node"}
	}
	return packtests.Shebang{Path: "/bin/sh"}
}

// interpreter returns that of the attached environment of runtime.
func (r *testRun) interpreter(runtime, suite string) (string, error) {
	for _, e := range r.item.envs {
		if e.Runtime == runtime && e.Interpreter != "" {
			return e.Interpreter, nil
		}
	}
	return "", fmt.Errorf("test runner %q needs %s and no such environment is attached to the pack's content: "+
		"build its environments first (runtime_deps names the runtimes it needs), or skip the tests", suite, runtime)
}

func readHead(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil // it is shorter than that
	}
	return head[:n], err
}
