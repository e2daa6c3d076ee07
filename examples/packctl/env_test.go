package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEnvironmentsAreCaredFor builds an environment, damages it and removes it.
func TestEnvironmentsAreCaredFor(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	root := t.TempDir()
	run := on(t, root)
	files := goodPack()
	files["actions/a.yaml"] = "ref: demo.a\nlabel: A\ndescription: Acts\nrunner_type: python\nentry_point: a.py\n"
	files["actions/a.py"] = "print(1)\n"
	dir := writeTree(t, files)
	wantStatus(t, run("build", dir, "--quiet"), exitOK)
	wantStatus(t, run("build", dir, "--check", "--quiet"), exitOK)
	wantStatus(t, run("env", "verify"), exitOK)

	list := run("env", "list")
	key, _, _ := strings.Cut(list.stdout, " ")
	if !strings.Contains(list.stdout, "Python 3") || !strings.Contains(list.stdout, "not used") {
		t.Errorf("list: %+v", list)
	}
	if show := run("env", "show", key[:8]); !strings.Contains(show.stdout, "made from") || show.stderr != "" {
		t.Errorf("show: %+v", show)
	}
	wantStatus(t, run("env", "show", "nothing"), exitFailed)
	wantStatus(t, run("env", "lst"), exitUsage)
	wantStatus(t, run("install", dir, "--quiet"), exitOK)
	if used := run("env", "list"); !strings.Contains(used.stdout, "used by demo@") {
		t.Errorf("list after the installation: %+v", used)
	}
	if o := run("env", "prune", "--idle", "1ns"); o.stdout != "" || o.stderr != "" {
		t.Errorf("an environment in use is removed: %+v", o)
	}

	config := filepath.Join(root, "envs", "python", key, "pyvenv.cfg")
	if err := os.Remove(config); err != nil {
		t.Fatal(err)
	}
	if o := run("env", "verify"); o.status != exitFailed || !strings.Contains(o.stdout, "pyvenv.cfg is missing") {
		t.Errorf("verify: %+v", o)
	}
	if o := run("build", dir, "--check", "--quiet"); o.status != exitFailed || !strings.Contains(o.stderr, "pyvenv.cfg is missing") {
		t.Errorf("build --check: %+v", o)
	}
	wantStatus(t, run("install", dir, "--quiet"), exitOK) // heals
	if o := run("build", dir, "--check", "--quiet"); o.status != exitOK {
		t.Errorf("build --check after the installation: %+v", o)
	}

	wantStatus(t, run("remove", "demo"), exitOK)
	if o := run("env", "prune"); o.stdout != "" {
		t.Errorf("what was just built is removed: %+v", o)
	}
	if o := run("env", "prune", "--idle", "1ns", "--dry-run"); !strings.Contains(o.stdout, key) {
		t.Errorf("prune --dry-run: %+v", o)
	}
	wantStatus(t, run("env", "prune", "--idle", "1ns"), exitOK)
	left, err := os.ReadDir(filepath.Join(root, "envs", "python"))
	if err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}
