package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestRunOfKeptVersions runs three generations of a pack side by side.
func TestRunOfKeptVersions(t *testing.T) {
	t.Parallel()
	run := on(t, t.TempDir())
	for _, version := range []string{"1.0.0", "2.0.0", "3.0.0"} {
		files := goodPack()
		files["pack.yaml"] = strings.Replace(goodManifest, "1.0.0", version, 1)
		files["actions/run.sh"] = "#!/bin/sh\necho " + version + "\n"
		wantStatus(t, run("register", "--replace", "any", writeTree(t, files)), exitOK)
	}
	for name, want := range map[string]string{"demo.run": "3.0.0\n", "demo@1.0.0.run": "1.0.0\n", "demo@2.0.0.run": "2.0.0\n"} {
		if o := run("run", name); o.status != exitOK || o.stdout != want {
			t.Errorf("%s: got %+v, want %q", name, o, want)
		}
	}
	if o := run("run", "demo@4.0.0.run"); o.status != exitFailed || !strings.Contains(o.stderr, "it has: 1.0.0 (000001-") {
		t.Errorf("a version that is not kept: got %+v", o)
	}
	if o := run("run", "demo@1"); o.status != exitUsage {
		t.Errorf("no action: got %+v", o)
	}
}

// TestRemoveBesideARun removes a pack while one of its actions runs: the action finds
// its files.
func TestRemoveBesideARun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	run := on(t, filepath.Join(dir, "root"))
	files := goodPack()
	files["actions/run.sh"] = "#!/bin/sh\necho running >\"" + filepath.Join(dir, "out") + "\"\nread line <\"" + filepath.Join(dir, "in") + "\"\ncat actions/data\n"
	files["actions/data"] = "still here\n"
	wantStatus(t, run("register", writeTree(t, files)), exitOK)
	for _, name := range []string{"in", "out"} {
		if err := exec.CommandContext(t.Context(), "mkfifo", filepath.Join(dir, name)).Run(); err != nil {
			t.Skip(err)
		}
	}
	done := make(chan outcome, 1)
	go func() { done <- run("run", "demo.run") }()
	wantLine(t, filepath.Join(dir, "out"), "running")
	wantStatus(t, run("remove", "demo"), exitOK)
	if err := os.WriteFile(filepath.Join(dir, "in"), []byte("go on\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if o := <-done; o.status != exitOK || o.stdout != "still here\n" {
		t.Errorf("got %+v", o)
	}
	wantStatus(t, run("register", demoPack(t, "1.0.0")), exitOK) // and deletes what is not used any more
	if left, err := filepath.Glob(filepath.Join(dir, "root", "packs", "demo", "*")); err != nil || len(left) != 1 {
		t.Errorf("left: %q, %v", left, err)
	}
}

func wantLine(t *testing.T, file, want string) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	line, err := bufio.NewReader(f).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) || strings.TrimSpace(line) != want {
		t.Fatalf("got %q, %v", line, err)
	}
}
