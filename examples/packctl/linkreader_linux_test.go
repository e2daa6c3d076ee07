package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestLinkForAReader runs a linked action in a process of another user, who may read the
// root and not write to it.
func TestLinkForAReader(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("changing the user needs root")
	}
	const reader = 65534
	dir := t.TempDir()
	program, root, linked := filepath.Join(dir, "packctl"), filepath.Join(dir, "root"), filepath.Join(dir, "demo")
	copyProgram(t, program)
	for name, text := range goodPack() {
		file := filepath.Join(linked, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o755)); err != nil {
			t.Fatal(err)
		}
	}
	edit(t, linked, "$(id -u)")
	if err := errors.Join(os.Mkdir(root, 0o700), os.Chown(root, -1, reader), os.Chmod(filepath.Dir(dir), 0o755), os.Chmod(dir, 0o755)); err != nil {
		t.Fatal(err)
	}
	wantStatus(t, on(t, root)("link", linked, "--group-access"), exitOK)
	as := func(args ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), program, append([]string{"--root", root}, args...)...)
		cmd.Dir, cmd.Env = "/", []string{"PATH=" + os.Getenv("PATH"), "PACKCTL_TEST_AS_PROGRAM=1"}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: reader, Gid: reader}}
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := as("run", "demo.run"); err != nil || !strings.Contains(out, "\n65534\n") {
		t.Errorf("run: got %s, %v", out, err)
	}
	for _, args := range [][]string{{"link", linked}, {"unlink", "demo"}} {
		if out, err := as(args...); err == nil || !strings.Contains(out, "permission denied") {
			t.Errorf("%q: got %s, %v", args, out, err)
		}
	}
	if err := os.Chmod(filepath.Join(linked, "actions", "run.sh"), 0o777); err != nil {
		t.Fatal(err)
	}
	if out, err := as("run", "demo.run"); err == nil || !strings.Contains(out, "world-writable") {
		t.Errorf("world-writable: got %s, %v", out, err)
	}
}

// copyProgram copies the program of the tests, which works as packctl, to where others may
// run it.
func copyProgram(t *testing.T, to string) {
	t.Helper()
	name, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	from, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = from.Close() }()
	file, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(file, from)
	if err := errors.Join(err, file.Chmod(0o755), file.Close()); err != nil {
		t.Fatal(err)
	}
}
