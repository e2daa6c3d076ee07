package runner

import (
	"os/exec"
	"testing"
)

func TestProcessesEndBeforeTheirParentsWait(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "cat")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pid := cmd.Process.Pid
	if ended(pid) {
		t.Error("a process that runs has ended")
	}
	_ = in.Close()
	for b := make([]byte, 1); err == nil; { // until cat closes it
		_, err = out.Read(b)
	}
	for i := 0; !ended(pid); i++ {
		if i == 10_000_000 {
			t.Fatal("a process that has ended has not")
		}
	}
	if err := cmd.Wait(); err != nil || !ended(pid) {
		t.Errorf("after it was waited for: %v", err)
	}
}
