package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack/registry"
)

func TestTest(t *testing.T) {
	t.Parallel()
	files := goodPack()
	files["pack.yaml"] += "testing: {enabled: true, result_format: tap, runners: {unit: {type: script, entry_point: tests/run.sh}}}\n"
	files["tests/run.sh"] = "#!/bin/sh\necho 'ok 1 - adds'; echo 'not ok 2 - breaks'; echo 1..2; exit 1\n"
	root := t.TempDir()
	o := packctl(t, "--root", root, "test", writeTree(t, files))
	for _, want := range []string{"demo 1.0.0  failed (1 of 2)", "unit  script  partial (1 of 2)", "failed  breaks"} {
		if !strings.Contains(o.stdout, want) {
			t.Errorf("got %q, want %q in it", o.stdout, want)
		}
	}
	if o.status != exitFailed || !strings.Contains(o.stderr, "1 of 2 tests failed") {
		t.Errorf("got %+v", o)
	}
	files["tests/run.sh"] = "#!/bin/sh\necho 'ok 1 - adds'; echo 1..1\n"
	o = packctl(t, "--root", root, "test", writeTree(t, files), "--json")
	r := decode[testReport](t, o)
	if o.status != exitOK || len(r.Packs) != 1 || len(r.Failed) != 0 {
		t.Fatalf("got %+v", o)
	}
	if diff := cmp.Diff([]registry.TestCase{{Name: "adds", Status: "passed"}}, r.Packs[0].Suites[0].Cases); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	o = packctl(t, "--root", root, "history", "demo", "--tests")
	if lines := strings.Split(o.stdout, "\n"); o.status != exitOK || len(lines) != 3 || !strings.Contains(lines[0], "failed (1 of 2)") || !strings.Contains(lines[1], "passed (1 of 1)") {
		t.Errorf("results of tests: %+v", o)
	}
	if o := packctl(t, "--root", root, "list"); o.status != exitOK || strings.TrimSpace(o.stdout) != "" {
		t.Errorf("packs are installed: %+v", o)
	}
	if o := packctl(t, "--root", root, "install", writeTree(t, files)); o.status != exitOK || !strings.Contains(o.stdout, "passed (1 of 1) before") {
		t.Errorf("install: got %+v", o)
	}
	if o := packctl(t, "--server", "http://127.0.0.1:1", "test", "."); o.status != exitUsage {
		t.Errorf("got %+v", o)
	}
}
