package childproc_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/childproc"
)

// shell returns a command that runs a script of sh.
func shell(t *testing.T, script string) pack.Command {
	t.Helper()
	return pack.Command{Path: "/bin/sh", Args: []string{"-c", script}, Dir: t.TempDir(), Env: []string{"PATH=/usr/bin:/bin"}}
}

func run(t *testing.T, c pack.Command) pack.Result {
	t.Helper()
	res, err := childproc.New(nil).Run(t.Context(), c)
	if err != nil {
		t.Fatalf("Run: %v", err)
	}
	return res
}

func TestRunReportsOutputAndExitStatus(t *testing.T) {
	t.Parallel()
	c := shell(t, `echo out; echo err >&2; pwd; exit 3`)
	res := run(t, c)
	dir, err := filepath.EvalSymlinks(c.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(res.Stdout), "out\n"+dir+"\n"; got != want {
		t.Errorf("stdout = %q, want %q", got, want)
	}
	if got := string(res.Stderr); got != "err\n" {
		t.Errorf("stderr = %q", got)
	}
	if res.ExitCode != 3 || res.Signal != "" || res.Duration <= 0 {
		t.Errorf("got exit code %d, signal %q, duration %v", res.ExitCode, res.Signal, res.Duration)
	}
}

func TestOutputLimitOfACommand(t *testing.T) {
	t.Parallel()
	c := shell(t, `i=0; while [ $i -lt 100000 ]; do echo 0123456789; i=$((i+10)); done`)
	for limit, want := range map[int]int{400: 400 + len("\n[109600 bytes left out]\n"), -1: 110_000} {
		c.Limits.OutputBytes = limit
		if res := run(t, c); len(res.Stdout) != want || res.Isolation != pack.IsolationNone {
			t.Errorf("limit %d: got %d bytes at isolation %q, want %d", limit, len(res.Stdout), res.Isolation, want)
		}
	}
}

func TestRunPassesArgumentsUnchanged(t *testing.T) {
	t.Parallel()
	c := shell(t, `for a; do printf '<%s>' "$a"; done`)
	c.Args = append(c.Args, "sh", "a b", "$HOME", "*", "", "'\"\n")
	if got, want := string(run(t, c).Stdout), "<a b><$HOME><*><><'\"\n>"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRunGivesExactlyTheEnvironment(t *testing.T) {
	t.Parallel()
	c := pack.Command{Path: lookPath(t, "env"), Dir: t.TempDir(), Env: []string{"B=2", "A=1"}}
	var got []string
	for line := range strings.Lines(string(run(t, c).Stdout)) {
		if !strings.HasPrefix(line, childproc.TagVariable+"=") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"A=1", "B=2"}, got); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
}

func TestRunFeedsStdin(t *testing.T) {
	t.Parallel()
	c := shell(t, `cat; echo end`)
	if got := string(run(t, c).Stdout); got != "end\n" {
		t.Errorf("without stdin: %q", got)
	}
	c.Stdin = strings.NewReader("hello ")
	if got := string(run(t, c).Stdout); got != "hello end\n" {
		t.Errorf("with stdin: %q", got)
	}
}

func TestRunPassesOutputOnAsItComes(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	c := shell(t, `echo out; echo err >&2`)
	c.Stdout, c.Stderr = &out, &errs
	run(t, c)
	if out.String() != "out\n" || errs.String() != "err\n" {
		t.Errorf("got %q and %q", out.String(), errs.String())
	}
}

type failingWriter struct{ calls int }

var errFull = errors.New("full")

func (w *failingWriter) Write([]byte) (int, error) { w.calls++; return 0, errFull }

func TestRunGoesOnWhenAnObserverFails(t *testing.T) {
	t.Parallel()
	w := &failingWriter{}
	c := shell(t, `i=0; while [ $i -lt 20000 ]; do echo line; i=$((i+1)); done; exit 7`)
	c.Stdout = w
	res, err := childproc.New(nil).Run(t.Context(), c)
	if !errors.Is(err, errFull) {
		t.Errorf("err = %v, want %v", err, errFull)
	}
	if res.ExitCode != 7 || w.calls != 1 {
		t.Errorf("exit code %d, %d writes", res.ExitCode, w.calls)
	}
}

func TestRunRefusesWhatCannotStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		name string
		ctx  context.Context
		c    pack.Command
		want pack.Code
	}{
		{"relative path", t.Context(), pack.Command{Path: "sh", Dir: dir}, pack.CodeInvalidRequest},
		{"no directory", t.Context(), pack.Command{Path: "/bin/sh"}, pack.CodeInvalidRequest},
		{"no program", t.Context(), pack.Command{Path: filepath.Join(dir, "none"), Dir: dir}, pack.CodeNotFound},
		{"no such directory", t.Context(), pack.Command{Path: "/bin/sh", Dir: filepath.Join(dir, "none")}, pack.CodeNotFound},
		{"not executable", t.Context(), pack.Command{Path: dir, Dir: dir}, pack.CodeIO},
		{"cancelled", cancelled, pack.Command{Path: "/bin/sh", Dir: dir}, pack.CodeCancelled},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			res, err := childproc.New(nil).Run(tt.ctx, tt.c)
			if got := pack.CodeOf(err); got != tt.want {
				t.Errorf("code = %q, want %q (%v)", got, tt.want, err)
			}
			if res.ExitCode != -1 {
				t.Errorf("exit code = %d, want -1", res.ExitCode)
			}
		})
	}
}

func TestRunSaysWhatEndedTheChild(t *testing.T) {
	t.Parallel()
	t.Run("timeout", func(t *testing.T) {
		t.Parallel()
		c := shell(t, `echo begun; sleep 60`)
		c.Timeout = 200 * time.Millisecond
		res, err := childproc.New(nil).Run(t.Context(), c)
		if !errors.Is(err, context.DeadlineExceeded) || pack.CodeOf(err) != pack.CodeTimeout {
			t.Errorf("err = %v", err)
		}
		if !strings.Contains(err.Error(), "no end after 200ms") {
			t.Errorf("err = %v, want the limit in it", err)
		}
		if string(res.Stdout) != "begun\n" || res.ExitCode != -1 || res.Signal != "SIGTERM" {
			t.Errorf("res = %+v", res)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		c := shell(t, `echo begun; sleep 60`)
		c.Stdout = writerFunc(func([]byte) { cancel() })
		_, err := childproc.New(nil).Run(ctx, c)
		if !errors.Is(err, context.Canceled) || pack.CodeOf(err) != pack.CodeCancelled {
			t.Errorf("err = %v", err)
		}
	})
}

type writerFunc func([]byte)

func (f writerFunc) Write(p []byte) (int, error) { f(p); return len(p), nil }

func TestRunLetsTheChildCleanUp(t *testing.T) {
	t.Parallel()
	c := shell(t, `trap 'echo cleaned; exit 0' TERM; echo begun; while :; do sleep 0.01; done`)
	c.Timeout = 200 * time.Millisecond
	res, err := childproc.New(&childproc.Options{Grace: 5 * time.Second}).Run(t.Context(), c)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("err = %v", err)
	}
	if got := string(res.Stdout); got != "begun\ncleaned\n" {
		t.Errorf("stdout = %q", got)
	}
}

func lookPath(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	return path
}
