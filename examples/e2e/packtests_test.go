//go:build e2e

package e2e_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// pytestFile has a test of each outcome. pytest prints "1 failed, 3 passed, 1 skipped,
// 1 xfailed, 1 xpassed, 1 error".
const pytestFile = `import pytest, requests
def test_ok(): assert requests
def test_bad(): assert 1 == 2, "one is not two"
@pytest.mark.skip(reason="why")
def test_skip(): pass
@pytest.mark.xfail
def test_xfail(): assert 0
@pytest.mark.xfail
def test_xpass(): pass
@pytest.fixture
def broken(): raise RuntimeError("setup")
def test_error(broken): pass
@pytest.mark.parametrize("x", [1, 2])
def test_twice(x): pass
`

// jestFile: jest prints "1 failed, 1 skipped, 1 todo, 1 passed, 4 total".
const jestFile = `const {next} = require('../lib/next');
test('adds', () => expect(next(1)).toBe(2));
test('breaks', () => expect(next(1)).toBe(3));
test.skip('skipped', () => {});
test.todo('later');
`

func TestPacksTestedByPytestAndJest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ref, runner, file, code, manifest, packages string
		want                                        registry.TestTotals
	}{
		{"checked", "pytest", "tests/test_it.py", pytestFile, "requirements.txt", "requests\npytest\n", registry.TestTotals{Total: 8, Passed: 4, Failed: 2, Skipped: 2}},
		{"jested", "jest", "tests/it.test.js", jestFile, "package.json", `{"name": "x", "version": "1.0.0", "dependencies": {"jest": "^29.7.0"}}`, registry.TestTotals{Total: 4, Passed: 1, Failed: 1, Skipped: 2}},
	} {
		t.Run(c.runner, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			dir := writePack(t, c.ref, "python", "use.py", "print(1)\n", c.manifest, c.packages)
			manifest, err := os.ReadFile(filepath.Join(dir, "pack.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			write(t, dir, "pack.yaml", string(manifest)+"testing: {enabled: true, on_failure: warn, runners: {all: {type: "+c.runner+", entry_point: tests}}}\n")
			write(t, dir, c.file, c.code)
			write(t, dir, "lib/next.js", "exports.next = x => x + 1\n")
			install(t, h, dir)
			details, err := h.Store.Show(t.Context(), pack.Ref(c.ref))
			if err != nil {
				t.Fatal(err)
			}
			got := details.Active.Tests
			if diff := cmp.Diff(c.want, got.TestTotals); diff != "" {
				t.Errorf("(-want +got)\n%s\n%+v", diff, got.Suites)
			}
			if len(got.Suites[0].Cases) != c.want.Total {
				t.Errorf("cases: %+v", got.Suites[0].Cases)
			}
		})
	}
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
