package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

const (
	bakedVariable = "PACKCTL_TEST_BAKED"           // the root that a process is to run actions of
	bakedUser     = 65534                          // who does, and the group
	bakedPath     = "/usr/local/bin:/usr/bin:/bin" // programs that this user may start
)

// bakedActions are actions of each runtime, with what they print. Each shows where it runs.
func bakedActions() map[string]map[string]string {
	action := func(name, runtime, script string) map[string]string {
		return map[string]string{
			"actions/" + name + ".yaml": "ref: demo." + name + "\nlabel: L\ndescription: D\nrunner_type: " + runtime + "\nentry_point: " + script + "\n",
		}
	}
	shell, python, node := action("sh", "shell", "say.sh"), action("py", "python", "say.py"), action("js", "nodejs", "say.js")
	shell["actions/say.sh"] = "#!/bin/sh\necho \"sh $PWD\"\n"
	python["actions/say.py"] = "import os, sys\nprint('py', sys.prefix != sys.base_prefix, os.path.realpath(__file__))\n"
	node["actions/say.js"] = "console.log('js', __filename)\n"
	return map[string]map[string]string{"sh": shell, "py": python, "js": node}
}

// TestBakedRoot moves a root, as into an image, mounts it read-only, and runs every action
// of it as another user, of the active version and of an earlier one.
func TestBakedRoot(t *testing.T) {
	t.Parallel()
	need(t, "python3", "node")
	if os.Geteuid() != 0 {
		t.Skip("changing the user needs root")
	}
	root := filepath.Join(t.TempDir(), "root")
	for _, version := range []string{"1.0.0", "2.0.0"} {
		files := goodPack()
		files["pack.yaml"] = strings.Replace(goodManifest, "1.0.0", version, 1)
		for _, more := range bakedActions() {
			for name, content := range more {
				files[name] = content
			}
		}
		wantStatus(t, packctlWith(t, bakedPath, "install", writeTree(t, files), "--replace", "any", "--group-access", "--root", root), exitOK)
	}
	image := filepath.Join(t.TempDir(), "image")
	if err := os.Rename(root, image); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{image, filepath.Join(image, "records", "log")} {
		if err := os.Chown(name, -1, bakedUser); err != nil {
			t.Fatal(err)
		}
	}
	for dir := filepath.Dir(image); dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestBakedProcess$", "-test.v")
	cmd.Env = append(os.Environ(), bakedVariable+"="+image)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	out, err := cmd.CombinedOutput()
	switch {
	case errors.Is(err, syscall.EPERM) || strings.Contains(string(out), "cannot mount"):
		t.Skipf("mounts are not permitted here: %v %s", err, out)
	case err != nil || !strings.Contains(string(out), "--- PASS: TestBakedProcess"):
		t.Errorf("%v\n%s", err, out)
	}
}

// TestBakedProcess is the process of TestBakedRoot.
func TestBakedProcess(t *testing.T) { //nolint:paralleltest // it changes its process
	image := os.Getenv(bakedVariable)
	if image == "" {
		t.Skip("it is run by another test")
	}
	if err := errors.Join(
		syscall.Mount("none", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""),
		syscall.Mount(image, image, "", syscall.MS_BIND, ""),
		syscall.Mount("", image, "", syscall.MS_REMOUNT|syscall.MS_BIND|syscall.MS_RDONLY, ""),
	); err != nil {
		t.Fatalf("cannot mount: %v", err)
	}
	if err := errors.Join(syscall.Setgroups([]int{bakedUser}), syscall.Setgid(bakedUser), syscall.Setuid(bakedUser)); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) outcome { return packctlWith(t, bakedPath, append(args, "--root", image)...) }
	content := filepath.Join(image, "packs", "demo") + string(filepath.Separator)
	for _, version := range []string{"", "@1.0.0"} {
		for name, want := range map[string]string{"sh": "sh " + content, "py": "py True " + content, "js": "js " + content, "run": ""} {
			o := run("run", "demo"+version+"."+name)
			if o.status != exitOK || !strings.HasPrefix(o.stdout, want) {
				t.Errorf("demo%s.%s: got %+v, want %q", version, name, o, want)
			}
		}
	}
	wantStatus(t, run("list"), exitOK)
	wantStatus(t, run("verify"), exitOK)
	if o := run("remove", "demo"); o.status != exitFailed || !strings.Contains(o.stderr, "read-only") && !strings.Contains(o.stderr, "permission denied") {
		t.Errorf("remove: got %+v", o)
	}
}
