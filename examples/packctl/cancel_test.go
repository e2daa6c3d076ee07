//go:build unix

package main

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/examples/packd/client"
	"github.com/packtrain/pack/examples/packd/wire"
	"github.com/packtrain/pack/installer/host"
)

// TestSignalCancelsOnTheServer interrupts packctl while the tests of a pack run
// on a server. Until then it reports the progress there.
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
	url, tokenFile := serve(t, hostflags.Config{Config: host.Config{Root: t.TempDir(), Isolation: pack.IsolationNone}}, dir)

	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "install", filepath.Join(dir, "demo"), "--server", url, "--token-file", tokenFile)
	cmd.Env = append(os.Environ(), "PACKCTL_TEST_AS_PROGRAM=1")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	progress := bufio.NewReader(stderr)
	line, err := progress.ReadString('\n') // long before the end
	if err != nil || !strings.HasPrefix(line, "download: demo@1.0.0: finished") {
		t.Fatalf("got %q, %v", line, err)
	}
	var rest bytes.Buffer
	tested, ended := make(chan error, 1), make(chan error, 1)
	go func() { _, err := os.ReadFile(running); tested <- err }()
	go func() { _, err := rest.ReadFrom(progress); ended <- errors.Join(err, cmd.Wait()) }()
	select {
	case err := <-tested:
		if err != nil {
			t.Fatal(err)
		}
	case err := <-ended:
		t.Fatalf("it ended before it was interrupted: %v\n%s", err, rest.String())
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	<-ended
	if got := cmd.ProcessState.ExitCode(); got != exitInterrupted {
		t.Errorf("status %d, want %d\n%s", got, exitInterrupted, rest.String())
	}
	c, err := client.New(client.Config{URL: url, Token: token})
	if err != nil {
		t.Fatal(err)
	}
	ops, err := c.Operations(t.Context(), client.OperationFilter{})
	if err != nil || len(ops) != 1 || ops[0].State != wire.StateCancelled {
		t.Errorf("got %+v, %v", ops, err)
	}
}
