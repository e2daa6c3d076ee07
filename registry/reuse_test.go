package registry_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// TestEvidenceIsReused counts how often the tests of a pack run.
func TestEvidenceIsReused(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	c := r.config()
	envs := attached{{Runtime: pack.RuntimePython, Key: "p1", Instance: "i1", Path: t.TempDir()}}
	c.Environments = &envs
	s := r.openWith(t, c)
	counter := filepath.Join(t.TempDir(), "runs")
	version := func(version, test string) string {
		t.Helper()
		return write(t, simplePack("demo", version).tested("  enabled: true\n  runners:\n    unit: {type: script, entry_point: t.sh}\n").
			with(files{"t.sh": "#!/bin/sh\necho x >> " + counter + "\n" + test + "\n"}))
	}
	first, second := version("1.0.0", "exit 0"), version("2.0.0", "exit 1")
	runs := 0
	check := func(what, path string, retest bool, ran bool) {
		t.Helper()
		report, err := s.Register(t.Context(), registry.Request{Paths: []string{path}, Replace: registry.ReplaceAny, IgnoreTests: true, Retest: retest})
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if ran {
			runs++
		}
		data, _ := os.ReadFile(counter)
		tests := report.Registered[0].Tests
		if len(data)/2 != runs || tests.Reused == ran || tests.Total != 1 {
			t.Errorf("%s: the tests ran %d times, want %d; summary %+v", what, len(data)/2, runs, tests)
		}
	}
	check("new", first, false, true)
	check("another version", second, false, true)
	check("what passed before", first, false, false)
	check("what failed before", second, false, true)
	check("what passed before, on request", first, true, true)
	check("another version again", second, false, true)
	envs = attached{{Runtime: pack.RuntimePython, Key: "p1", Instance: "i2", Path: envs[0].Path}}
	check("another build of the environment", first, false, true)
	envs[0].Instance = "i1"
	check("the first build", first, false, false)

	history, err := s.History(t.Context(), "demo")
	if err != nil {
		t.Fatal(err)
	}
	if last := history[len(history)-1]; last.Tests == nil || last.Tests.Status != registry.TestsPassed || !last.Tests.Time.Before(last.Created) {
		t.Errorf("evidence that was used again: %+v", last.Tests)
	}
}
