package registry

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry/internal/generations"
)

// A TestError says that a pack's tests failed. It matches [pack.ErrTests].
type TestError struct {
	Result *TestResult
}

// Error names the suites that did not pass, and why; it ends with what the first
// of them printed last.
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

// test runs the tests that the pack declares, in what is staged, and keeps the
// evidence. Whether failing matters is up to the request and the pack.
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
	r := &testRun{store: b.store, item: it, testing: testing, scratch: scratch}
	if err := r.run(ctx); err != nil {
		return err
	}
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

func (s *Store) newTestResult(it *item) *TestResult {
	return &TestResult{
		Ref: it.id.Ref, Version: it.id.Version, Tree: it.tree, Environments: keys(it.envs),
		Time: s.now(), Status: TestsSkipped, Suites: []TestSuite{},
	}
}

// A testRun runs the tests of one pack.
type testRun struct {
	store   *Store
	item    *item
	testing *pack.Testing
	scratch string // where tests may write: HOME and TMPDIR
}

// run runs one suite after another. A suite that fails is no error; what keeps
// it from being run at all is, when it is not the pack's fault.
func (r *testRun) run(ctx context.Context) error {
	started := time.Now()
	result := r.item.tests
	for _, spec := range r.suites() {
		suite, err := r.suite(ctx, &spec)
		if err != nil {
			return err
		}
		result.Suites = append(result.Suites, suite)
		result.add(suite.TestTotals)
	}
	result.DurationMS = time.Since(started).Milliseconds()
	result.judge(r.testing.MinPassRate)
	return nil
}

func (t *TestTotals) add(o TestTotals) {
	t.Total += o.Total
	t.Passed += o.Passed
	t.Failed += o.Failed
	t.Skipped += o.Skipped
}

// judge sets status and pass rate. A suite that broke down fails everything; so
// does a run without a single test that was not skipped.
func (r *TestResult) judge(minPassRate float64) {
	ran := r.Total - r.Skipped
	if ran > 0 {
		r.PassRate = float64(r.Passed) / float64(ran)
	}
	r.Status = TestsPassed
	for i := range r.Suites {
		switch r.Suites[i].Status {
		case TestsFailed:
			r.Status = TestsFailed
			return
		case TestsPartial:
			r.Status = TestsPartial
		case TestsPassed, TestsSkipped:
		}
	}
	if ran == 0 || r.Status == TestsPartial && r.PassRate < minPassRate {
		r.Status = TestsFailed
	}
}

// environ is the whole environment of a suite.
func (r *testRun) environ() []string {
	search := DefaultSearchPath
	var others []string
	for _, v := range r.store.config.TestEnv {
		if path, ok := strings.CutPrefix(v, "PATH="); ok {
			search = path
			continue
		}
		others = append(others, v)
	}
	for _, e := range r.item.envs {
		if e.Interpreter != "" {
			search = filepath.Dir(e.Interpreter) + string(os.PathListSeparator) + search
		}
	}
	return append([]string{
		"PATH=" + search, "HOME=" + r.scratch, "TMPDIR=" + r.scratch, "LANG=C.UTF-8",
		// Nothing writes into a pack's tree.
		"PYTHONDONTWRITEBYTECODE=1", "PYTHONNOUSERSITE=1",
	}, others...)
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
