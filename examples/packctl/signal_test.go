package main

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestMain lets the test binary stand for packctl, for tests that need a
// process of its own.
func TestMain(m *testing.M) {
	if os.Getenv("PACKCTL_TEST_AS_PROGRAM") != "" {
		main()
	}
	os.Exit(m.Run())
}

// TestSignal interrupts packctl while an action runs. The action says when it
// does, and its process is gone afterwards.
func TestSignal(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	files := goodPack()
	files["actions/run.sh"] = "#!/bin/sh\necho running\nexec sleep 100\n"
	wantStatus(t, on(t, root)("register", writeTree(t, files)), exitOK)

	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "run", "demo.run", "--root", root)
	cmd.Env = append(os.Environ(), "PACKCTL_TEST_AS_PROGRAM=1")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil || strings.TrimSpace(line) != "running" {
		t.Fatalf("got %q, %v", line, err)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // the status is checked below
	if got := cmd.ProcessState.ExitCode(); got != exitInterrupted {
		t.Errorf("status %d, want %d", got, exitInterrupted)
	}
}
