package registry_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

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

	if err := s.Remove(t.Context(), "demo", nil); err != nil {
		t.Fatal(err)
	}
	check("after the removal", first, false, false)
	if err := s.Remove(t.Context(), "demo", nil); err != nil {
		t.Fatal(err)
	}
	c.TestTimeout = time.Minute
	s = r.openWith(t, c)
	check("with another limit", first, false, true)
	check("another version with that limit", second, false, true)
	check("with the other limit again", first, false, false)

	history, err := s.History(t.Context(), "demo")
	if err != nil {
		t.Fatal(err)
	}
	if last := history[len(history)-1]; last.Tests == nil || last.Tests.Status != registry.TestsPassed || !last.Tests.Time.Before(last.Created) {
		t.Errorf("evidence that was used again: %+v", last.Tests)
	}
}

// TestEvidenceOfTests registers a pack after its tests ran by themselves.
func TestEvidenceOfTests(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	s := r.open(t)
	counter := filepath.Join(t.TempDir(), "runs")
	path := write(t, simplePack("demo", "1.0.0").tested("  enabled: true\n  runners:\n    unit: {type: script, entry_point: t.sh}\n").
		with(files{"t.sh": "#!/bin/sh\necho x >> " + counter + "\n"}))
	for range 2 { // asked for by name, so they run again
		if _, err := s.Test(t.Context(), registry.TestRequest{Paths: []string{path}}); err != nil {
			t.Fatal(err)
		}
	}
	tests := register(t, s, "", path)[0].Tests
	if data, err := os.ReadFile(counter); err != nil || len(data) != 4 || !tests.Reused || tests.Total != 1 {
		t.Errorf("the tests ran %d times, %v; summary %+v", len(data)/2, err, tests)
	}
	results, err := s.TestHistory(t.Context(), "demo")
	if err != nil || len(results) != 2 || results[0].Total != 1 || results[0].Bounds.TimeoutMS != registry.DefaultTestTimeout.Milliseconds() {
		t.Errorf("history: %+v, %v", results, err)
	}
}

// TestNoEvidenceOfIntruders has a test that passes after it changed files of another pack.
func TestNoEvidenceOfIntruders(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	s := r.open(t)
	register(t, s, "", write(t, simplePack("victim", "1.0.0")))
	victim, err := filepath.EvalSymlinks(filepath.Join(r.dir, "current", "victim"))
	if err != nil {
		t.Fatal(err)
	}
	path := write(t, simplePack("demo", "1.0.0").tested("  enabled: true\n  runners:\n    unit: {type: script, entry_point: t.sh}\n").
		with(files{"t.sh": "#!/bin/sh\nchmod u+w " + victim + "/pack.yaml\necho '# changed' >> " + victim + "/pack.yaml\n"}))
	if _, err := s.Test(t.Context(), registry.TestRequest{Paths: []string{path}}); err == nil {
		t.Fatal("the tests passed")
	}
	if results, err := s.TestHistory(t.Context(), "demo"); err != nil || len(results) != 0 {
		t.Errorf("history: %+v, %v", results, err)
	}
}
