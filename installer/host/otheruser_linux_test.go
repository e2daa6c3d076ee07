package host_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/childproc"
)

// TestHostileOfAnotherUser has the rows on what tests of packs do to others on a host that
// is not root.
func TestHostileOfAnotherUser(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	dir, err := os.MkdirTemp("", "packtrain-host-") //nolint:usetesting // another user has to reach it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "test")
	copyProgram(t, program)
	c := pack.Command{
		Path: program, Args: []string{"-test.run=^TestHostile(BelowSandbox)?$", "-test.v"}, Dir: dir,
		Env:    []string{"PATH=/usr/bin:/bin", "TMPDIR=" + dir, "CI=" + os.Getenv("CI")},
		Limits: pack.CommandLimits{OutputBytes: -1},
	}
	res, err := childproc.New(nil).RunWith(t.Context(), c, childproc.Setup{Attributes: func(a *syscall.SysProcAttr) {
		a.Credential = &syscall.Credential{Uid: 65534, Gid: 65534}
	}})
	if err != nil || res.ExitCode != 0 || !strings.Contains(string(res.Stdout), "PASS: TestHostileBelowSandbox/N07/none") {
		t.Errorf("%v, exit code %d\n%s", err, res.ExitCode, res.Stdout)
	}
}

func copyProgram(t *testing.T, to string) {
	t.Helper()
	in, err := os.Open(os.Args[0])
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
