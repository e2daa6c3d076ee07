package runner_test

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/envbuildtest"
	"github.com/packtrain/pack/envbuild/runner"
	"github.com/packtrain/pack/internal/os/childproc"
)

// require skips the test if a level is not available; in CI, where bubblewrap is installed,
// that is a failure.
func require(t *testing.T, level pack.Isolation) {
	t.Helper()
	_, _, err := runner.New(&runner.Options{Level: level}).Isolation(t.Context())
	if err != nil && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestSuite(t *testing.T) {
	t.Parallel()
	for _, level := range []pack.Isolation{pack.IsolationSandbox, pack.IsolationContained, pack.IsolationNone} {
		t.Run(string(level), func(t *testing.T) {
			t.Parallel()
			require(t, level)
			envbuildtest.RunRunner(t, level, func() pack.Runner { return runner.New(&runner.Options{Level: level}) })
		})
	}
}

// TestHostileDaemon is the row of processes that leave their tree (L01) where root has only
// the control group to find one by.
func TestHostileDaemon(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	dir := t.TempDir()
	res, err := runner.New(&runner.Options{Level: pack.IsolationNone}).Run(t.Context(), pack.Command{
		Path: "/bin/bash", Dir: dir, Env: []string{"PATH=/usr/bin:/bin"}, Timeout: time.Minute,
		Args: []string{"-c", `ulimit -x 5; setsid env -i PATH="$PATH" sh -c 'echo $$ > pid; exec sleep 60' </dev/null >/dev/null 2>&1 & until [ -s pid ]; do sleep 0.01; done`},
	})
	if err != nil || res.ExitCode != 0 {
		t.Fatalf("%+v, %v", res, err)
	}
	if !slices.Contains(res.Enforced, "processes (control group)") {
		t.Skip("no control group can be created here")
	}
	pid, err := os.ReadFile(filepath.Join(dir, "pid"))
	if err != nil {
		t.Fatal(err)
	}
	stat, err := os.ReadFile("/proc/" + strings.TrimSpace(string(pid)) + "/stat")
	if err == nil && !strings.Contains(string(stat), ") Z ") { // its parent may be slow to take note
		t.Errorf("it lives: %s", stat)
	}
}

// TestSuiteOfAnotherUser runs the suite as a user without rights.
func TestSuiteOfAnotherUser(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	dir, err := os.MkdirTemp("", "packtrain-runner-") //nolint:usetesting // another user has to reach it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "test")
	copyFile(t, os.Args[0], program)
	c := pack.Command{
		Path: program, Args: []string{"-test.run=^TestSuite$", "-test.v"}, Dir: dir,
		Env:    []string{"PATH=/usr/bin:/bin", "TMPDIR=" + dir, "CI=" + os.Getenv("CI")},
		Limits: pack.CommandLimits{OutputBytes: -1},
	}
	res, err := childproc.New(nil).RunWith(t.Context(), c, childproc.Setup{Attributes: func(a *syscall.SysProcAttr) {
		a.Credential = &syscall.Credential{Uid: 65534, Gid: 65534}
	}})
	out := res.Stdout
	if err != nil || res.ExitCode != 0 {
		t.Errorf("%v\n%s", err, out)
	}
	for _, level := range []string{"sandbox", "contained", "none"} {
		if !strings.Contains(string(out), "PASS: TestSuite/"+level+"/result") {
			t.Logf("%s was not tested:\n%s", level, out)
		}
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	if err == nil {
		_, err = io.Copy(out, in)
	}
	if err == nil {
		err = out.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}
