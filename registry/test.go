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

// test runs the tests that the pack declares, in a private copy of the staged content,
// and keeps the evidence. The request and the pack decide whether a failure matters.
func (r *request) test(ctx context.Context, it *item) error {
	testing := it.manifest.Testing
	it.tests = r.store.newTestResult(it)
	if r.req.SkipTests || !testing.Enabled {
		return nil
	}
	if err := r.store.admitTests(ctx, it.input.Pin); err != nil {
		return err
	}
	if known := r.reuse(ctx, it); known != nil {
		it.tests, it.reused = known, true
		return nil
	}
	bed, err := r.makeTestBed(ctx, it)
	if err != nil {
		return err
	}
	defer bed.close()
	c := r.store.config
	result, err := packtests.Run(ctx, packtests.Config{
		Testing: testing, Dir: bed.content, Scratch: bed.scratch, Environments: it.envs,
		Env: c.TestEnv, SearchPath: DefaultSearchPath, Timeout: c.TestTimeout, Runner: c.Runner,
	})
	if err != nil {
		return err
	}
	it.tests.take(result)
	it.tested = true
	if err := it.check(r.store.disk, "its tests, or another process, wrote outside of their working directory"); err != nil {
		return err
	}
	if it.tests.Status == TestsFailed {
		return r.weighFailure(ctx, it)
	}
	return nil
}

// weighFailure returns the failure of the tests, unless the request or the pack
// ignores it.
func (r *request) weighFailure(ctx context.Context, it *item) error {
	failure := &TestError{Result: it.tests}
	onFailure := it.manifest.Testing.OnFailure
	switch {
	case onFailure == "ignore":
		return nil
	case onFailure != "warn" && !r.req.IgnoreTests:
		return failure
	}
	r.Warn(ctx, &it.Item, "tests failed, the pack is registered nevertheless")
	r.store.config.Logger.Warn("pack is registered although its tests failed", "pack", it.ID.String(), "error", failure)
	return nil
}

// verify checks that what is staged is what was promised, where nothing did so
// yet: what was copied was hashed meanwhile, and tests are followed by a check.
func (it *item) verify(disk *generations.Disk) error {
	if it.checked {
		return nil
	}
	return it.check(disk, "fetch it again, and let nothing else write into the root")
}

// check checks that the staged content was not changed since it was received. Its
// error says what to do.
func (it *item) check(disk *generations.Disk, advice string) error {
	tree, err := pack.TreeDigest(os.DirFS(it.content))
	if err != nil {
		return pack.Errorf(pack.CodeContentChanged, "the pack's content was changed: %w", err)
	}
	if tree != it.treeDigest {
		return pack.Errorf(pack.CodeContentChanged, "the pack's content was changed; %s", advice)
	}
	name, err := disk.LinksTo(it.envs).Changed(it.staged)
	if err != nil {
		return err
	}
	if name != "" {
		return pack.Errorf(pack.CodeContentChanged, "%q beside the pack was changed; %s", name, advice)
	}
	it.checked = true
	return nil
}
