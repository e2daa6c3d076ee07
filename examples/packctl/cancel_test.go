package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/packtrain/pack/examples/host"
	"github.com/packtrain/pack/examples/packd/client"
)

// TestSignalCancelsOnTheServer interrupts packctl while the tests of a pack run
// on a server.
func TestSignalCancelsOnTheServer(t *testing.T) {
	t.Parallel()
	dir, running := t.TempDir(), filepath.Join(t.TempDir(), "running")
	if err := syscall.Mkfifo(running, 0o600); err != nil {
		t.Fatal(err)
	}
	files := goodPack()
	files["pack.yaml"] += "testing:\n  enabled: true\n  runners:\n    unit: {type: script, entry_point: tests/run.sh}\n"
	files["tests/run.sh"] = "#!/bin/sh\necho > " + running + "\nexec sleep 100\n"
	place(t, filepath.Join(dir, "demo"), files)
	url, tokenFile := serve(t, host.Config{Root: t.TempDir()}, dir)

	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var output bytes.Buffer
	cmd := exec.CommandContext(t.Context(), program, "install", filepath.Join(dir, "demo"), "--server", url, "--token-file", tokenFile)
	cmd.Env = append(os.Environ(), "PACKCTL_TEST_AS_PROGRAM=1")
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	tested := make(chan error, 1)
	ended := make(chan error, 1)
	go func() { _, err := os.ReadFile(running); tested <- err }()
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-tested:
		if err != nil {
			t.Fatal(err)
		}
	case <-ended:
		t.Fatalf("it ended before it was interrupted:\n%s", output.String())
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	<-ended
	if got := cmd.ProcessState.ExitCode(); got != exitInterrupted {
		t.Errorf("status %d, want %d\n%s", got, exitInterrupted, output.String())
	}
	c, err := client.New(client.Config{URL: url, Token: token})
	if err != nil {
		t.Fatal(err)
	}
	ops, err := c.Operations(t.Context(), client.OperationFilter{})
	if err != nil || len(ops) != 1 || ops[0].State != client.StateCancelled {
		t.Errorf("got %+v, %v", ops, err)
	}
}
