package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// twins installs two packs that use one environment. The tests of the second one fail once
// the file spoil exists.
func twins(t *testing.T) (run func(...string) outcome, demo, spoil string) {
	t.Helper()
	need(t, "python3")
	spoil = filepath.Join(t.TempDir(), "spoil")
	run = on(t, t.TempDir())
	files := goodPack()
	files["actions/a.yaml"] = "ref: demo.a\nlabel: A\ndescription: Acts\nrunner_type: python\nentry_point: a.py\n"
	files["actions/a.py"] = "print(1)\n"
	demo = writeTree(t, files)
	other := map[string]string{}
	for name, text := range files {
		other[name] = strings.ReplaceAll(text, "ref: demo", "ref: other")
	}
	other["tests/t.sh"] = "#!/bin/sh\n[ ! -e '" + spoil + "' ]\n"
	other["pack.yaml"] += "testing: {enabled: true, discovery: {method: manifest, tests: [{name: t, command: tests/t.sh}]}}\n"
	wantStatus(t, run("install", demo, writeTree(t, other), "--quiet", "--isolation", "none"), exitOK)
	return run, demo, spoil
}

// TestRefreshReachesAllThatUseAnEnvironment: one operation gives the new build to the pack
// that was named and to the other one, as new generations of the same content.
func TestRefreshReachesAllThatUseAnEnvironment(t *testing.T) {
	t.Parallel()
	run, demo, _ := twins(t)
	before := map[string]active{"demo": activeOf(t, run, "demo"), "other": activeOf(t, run, "other")}
	if before["demo"].Environments[0].Instance != before["other"].Environments[0].Instance {
		t.Fatalf("two environments: %+v", before)
	}
	o := run("install", demo, "--refresh-envs", "--quiet", "--isolation", "none")
	if o.status != exitOK || !strings.Contains(o.stdout, "other 1.0.0  replaced") {
		t.Fatalf("got %+v", o)
	}
	wantOneNewInstance(t, run, before)
	wantStatus(t, run("run", "other.a"), exitOK)
}

// TestRefreshIsOneOperation: if a pack that uses the environment fails in the new build, all
// keep the old one.
func TestRefreshIsOneOperation(t *testing.T) {
	t.Parallel()
	run, demo, spoil := twins(t)
	before := map[string]active{"demo": activeOf(t, run, "demo"), "other": activeOf(t, run, "other")}
	if err := os.WriteFile(spoil, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if o := run("install", demo, "--refresh-envs", "--quiet", "--isolation", "none"); o.status != exitFailed || !strings.Contains(o.stderr, "other@1.0.0: ") {
		t.Errorf("got %+v", o)
	}
	for ref, old := range before {
		if now := activeOf(t, run, ref); now.Generation != old.Generation || now.Environments[0].Instance != old.Environments[0].Instance {
			t.Errorf("%s: got %+v, before %+v", ref, now, old)
		}
	}
	wantStatus(t, run("run", "other.a"), exitOK)
}

func TestRefreshIsRefused(t *testing.T) {
	t.Parallel()
	run := on(t, t.TempDir())
	dir := writeTree(t, goodPack())
	for want, flag := range map[string]string{"a plan builds no environments again": "--dry-run", "choose one": "--skip-envs"} {
		if o := run("install", dir, "--refresh-envs", flag); o.status != exitFailed || !strings.Contains(o.stderr, want) {
			t.Errorf("%s: got %+v", flag, o)
		}
	}
}
