package registry

import (
	"context"
	"os"
	"strings"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/internal/generations"
	"github.com/packtrain/pack/registry/internal/packtests"
)

// A TestError says that a pack's tests failed. It matches [pack.ErrTests].
type TestError struct {
	Result *TestResult
}

// Error names the suites that did not pass, with the reasons; it ends with the
// last output of the first of them.
func (e *TestError) Error() string {
	var failed []string
	output := ""
	for i := range e.Result.Suites {
		s := &e.Result.Suites[i]
		if s.Status == TestsPassed {
			continue
		}
		failed = append(failed, s.Name+": "+s.Message)
		if output == "" && s.Output != "" {
			output = "\n" + s.Output
		}
	}
	if len(e.Result.Suites) == 0 {
		failed = append(failed, "the pack declares tests but has none")
	}
	return "tests failed: " + strings.Join(failed, "; ") + output
}

// Unwrap returns [pack.ErrTests].
func (e *TestError) Unwrap() error { return pack.ErrTests }

// ErrorCode implements [pack.Coder].
func (e *TestError) ErrorCode() pack.Code { return pack.CodeTestsFailed }

// test runs the tests that the pack declares, in the staged content, and keeps
// the evidence. The request and the pack decide whether a failure matters.
func (b *batch) test(ctx context.Context, it *item) error {
	testing := it.pack.Manifest.Testing
	it.tests = b.store.newTestResult(it)
	if b.req.SkipTests || !testing.Enabled {
		return nil
	}
	scratch, err := b.scratch(ctx)
	if err != nil {
		return err
	}
	c := b.store.config
	result, err := packtests.Run(ctx, packtests.Config{
		Testing: testing, Dir: it.content, Scratch: scratch, Environments: it.envs,
		Env: c.TestEnv, SearchPath: DefaultSearchPath, Timeout: c.TestTimeout, Runner: c.Runner,
	})
	if err != nil {
		return err
	}
	it.tests.take(result)
	if err := checkStaged(it); err != nil {
		return err
	}
	if it.tests.Status == TestsFailed {
		return b.weighFailure(ctx, it)
	}
	return nil
}

// weighFailure returns the failure of the tests, unless the request or the pack
// says that it does not matter.
func (b *batch) weighFailure(ctx context.Context, it *item) error {
	failure := &TestError{Result: it.tests}
	onFailure := it.pack.Manifest.Testing.OnFailure
	switch {
	case onFailure == "ignore":
		return nil
	case onFailure != "warn" && !b.req.IgnoreTestFailures:
		return failure
	}
	b.events.Emit(ctx, b.event(it, pack.EventWarning, "tests failed, the pack is registered nevertheless"))
	b.store.config.Logger.Warn("pack is registered although its tests failed", "pack", it.id.String(), "error", failure)
	return nil
}

// checkStaged checks that what is staged was not changed, above all by a test,
// since it was copied.
func checkStaged(it *item) error {
	const advice = "tests must write elsewhere, such as into TMPDIR"
	tree, err := pack.TreeDigest(os.DirFS(it.content))
	if err != nil {
		return pack.Errorf(pack.CodeContentChanged, "the pack's content was changed: %w", err)
	}
	if tree != it.tree {
		return pack.Errorf(pack.CodeContentChanged, "the pack's content was changed; %s", advice)
	}
	name, err := generations.LinksTo(it.envs).Changed(it.staged)
	if err != nil {
		return err
	}
	if name != "" {
		return pack.Errorf(pack.CodeContentChanged, "%q beside the pack was changed; %s", name, advice)
	}
	return nil
}
