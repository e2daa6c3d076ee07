//go:build linux

package childproc_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/childproc"
)

// The numbers are those of the project's list of hostile cases: L is what
// child processes do.
func TestHostile(t *testing.T) {
	t.Parallel()
	t.Run("L01", hostileTrees)
	t.Run("L02", hostileOutput)
	t.Run("L03", hostileExits)
	t.Run("L07", hostileDescriptors)
	t.Run("L09", hostileHostDeath)
}

func hostileTrees(t *testing.T) {
	t.Parallel()
	// Each says "ready" when everything it wants to leave behind runs.
	tests := []struct{ name, script string }{
		{"endless loop", `echo ready; while :; do :; done`},
		{"ignores SIGTERM", `trap '' TERM HUP INT; echo ready; while :; do sleep 0.05; done`},
		{"forks 1000", `i=0; while [ $i -lt 1000 ]; do (sleep 60) & i=$((i+1)); done; echo ready; wait`},
		{"setsid daemon", `setsid sh -c 'trap "" TERM; echo ready; sleep 60; sleep 60' & wait`},
		{"double fork", `(setsid sh -c 'sleep 60 & echo ready' &) ; sleep 60`},
		{"holds stdout open", `trap '' TERM; (trap "" TERM; setsid sleep 60) & echo ready; sleep 60`},
		{"keeps forking", `trap '' TERM; f() { setsid sh -c 'trap "" TERM; sleep 0.05; sleep 60' & }; echo ready; while :; do f; sleep 0.01; done`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			mark := newMark()
			var cancelled time.Time
			c := shell(t, tt.script)
			c.Env = append(c.Env, mark)
			c.Stdout = writerFunc(func([]byte) { cancelled = time.Now(); cancel() })
			_, err := childproc.New(nil).Run(ctx, c)
			if took := time.Since(cancelled); took > 2*time.Second {
				t.Errorf("returned %v after the end was asked for", took)
			}
			if pack.CodeOf(err) != pack.CodeCancelled {
				t.Errorf("err = %v", err)
			}
			wantNobody(t, mark)
		})
	}
	t.Run("daemon without an environment", func(t *testing.T) {
		t.Parallel()
		c := shell(t, `setsid env -i PATH="$PATH" sh -c 'echo $$ > pid; sleep 60 & sleep 60' </dev/null >/dev/null 2>&1 & until [ -s pid ]; do sleep 0.01; done`)
		run(t, c)
		data, err := os.ReadFile(filepath.Join(c.Dir, "pid"))
		if err != nil {
			t.Fatal(err)
		}
		pid := strings.TrimSpace(string(data))
		stat, err := os.ReadFile("/proc/" + pid + "/stat")
		if err == nil && !bytes.Contains(stat, []byte(") Z ")) { // its parent may be slow to take note
			t.Errorf("it lives: %s", stat)
		}
	})
	t.Run("daemon of a child that succeeded", func(t *testing.T) {
		t.Parallel()
		mark := newMark()
		c := shell(t, `setsid sleep 60 & sleep 60 & echo done`)
		c.Env = append(c.Env, mark)
		start := time.Now()
		res := run(t, c)
		if string(res.Stdout) != "done\n" || res.ExitCode != 0 || time.Since(start) > 2*time.Second {
			t.Errorf("res = %+v after %v", res, time.Since(start))
		}
		wantNobody(t, mark)
	})
}

func hostileOutput(t *testing.T) {
	t.Parallel()
	t.Run("much", func(t *testing.T) {
		t.Parallel()
		c := shell(t, `printf BEGIN; head -c 100000000 /dev/zero; printf '\033]0;x\007\377END'; exit 5`)
		res := run(t, c)
		if res.ExitCode != 5 {
			t.Errorf("exit code = %d", res.ExitCode)
		}
		if !bytes.HasPrefix(res.Stdout, []byte("BEGIN\x00")) || !bytes.HasSuffix(res.Stdout, []byte("\x00\x1b]0;x\a\xffEND")) {
			t.Error("head or tail is missing")
		}
		left := 100000000 + len("BEGIN") + len("\x1b]0;x\a\xffEND") - 256<<10
		line := fmt.Sprintf("\n[%d bytes left out]\n", left)
		if !bytes.Contains(res.Stdout, []byte(line)) {
			t.Errorf("no line %q", line)
		}
		if got, want := len(res.Stdout), 256<<10+len(line); got != want {
			t.Errorf("kept %d bytes, want %d", got, want)
		}
	})
	t.Run("as much as is kept", func(t *testing.T) {
		t.Parallel()
		res := run(t, shell(t, `head -c 262144 /dev/zero; head -c 262144 /dev/zero >&2; printf x >&2`))
		if len(res.Stdout) != 256<<10 {
			t.Errorf("kept %d bytes of stdout", len(res.Stdout))
		}
		if !bytes.Contains(res.Stderr, []byte("\n[1 bytes left out]\n")) {
			t.Error("stderr: want one byte left out")
		}
	})
	t.Run("without end", func(t *testing.T) {
		t.Parallel()
		c := shell(t, `cat /dev/zero`)
		c.Timeout = 200 * time.Millisecond
		res, err := childproc.New(nil).Run(t.Context(), c)
		if pack.CodeOf(err) != pack.CodeTimeout || len(res.Stdout) > 257<<10 {
			t.Errorf("err = %v, kept %d bytes", err, len(res.Stdout))
		}
	})
}

func hostileExits(t *testing.T) {
	t.Parallel()
	tests := []struct {
		script string
		code   int
		signal string
	}{
		{`kill -KILL $$`, -1, "SIGKILL"},
		{`kill -SEGV $$`, -1, "SIGSEGV"},
		{`kill -ABRT $$`, -1, "SIGABRT"},
		{`exit 137`, 137, ""},
		{`exit 255`, 255, ""},
		{`sh -c 'kill -KILL $$'; exit $?`, 137, ""},
	}
	for _, tt := range tests {
		t.Run(tt.script, func(t *testing.T) {
			t.Parallel()
			res := run(t, shell(t, tt.script))
			if res.ExitCode != tt.code || res.Signal != tt.signal {
				t.Errorf("got %d %q, want %d %q", res.ExitCode, res.Signal, tt.code, tt.signal)
			}
		})
	}
	t.Run("core file", func(t *testing.T) {
		t.Parallel()
		res := run(t, shell(t, `sleep 0.05; ulimit -c; ulimit -Hc`))
		if got := string(res.Stdout); got != "0\n0\n" {
			t.Errorf("core limits = %q", got)
		}
	})
}

func hostileDescriptors(t *testing.T) {
	t.Parallel()
	f, err := os.Create(filepath.Join(t.TempDir(), "lock"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	// As a C library in the host would open it.
	if _, err := unix.FcntlInt(f.Fd(), unix.F_SETFD, 0); err != nil {
		t.Fatal(err)
	}
	res := run(t, shell(t, `i=0; while [ $i -lt 1000 ]; do [ -e /proc/$$/fd/$i ] && echo $i; i=$((i+1)); done`))
	if got, want := string(res.Stdout), "0\n1\n2\n"; got != want {
		t.Errorf("open descriptors: %q, want %q", got, want)
	}
}

// hostVariable makes this test binary a host that runs a child until it is
// killed itself.
const hostVariable = "CHILDPROC_TEST_HOST"

func TestMain(m *testing.M) {
	if mark := os.Getenv(hostVariable); mark != "" {
		c := pack.Command{Path: "/bin/sh", Args: []string{"-c", "echo ready; while :; do sleep 0.01; done"}, Dir: "/", Env: []string{mark}, Stdout: os.Stdout}
		_, _ = childproc.New(nil).Run(context.Background(), c)
		return
	}
	os.Exit(m.Run())
}

func hostileHostDeath(t *testing.T) {
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM, syscall.SIGABRT} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			mark := newMark()
			host := exec.Command(os.Args[0])
			host.Env = []string{hostVariable + "=" + mark, "PATH=/usr/bin:/bin"}
			out, err := host.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := host.Start(); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(out, make([]byte, len("ready\n"))); err != nil {
				t.Fatalf("the child did not start: %v", err)
			}
			if err := host.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			_ = host.Wait()
			wantNobody(t, mark)
		})
	}
}

func newMark() string { return "CHILDPROC_TEST_MARK=" + rand.Text() }

// wantNobody fails when a process with mark in its environment lives, after
// the moment that a killed one needs to go.
func wantNobody(t *testing.T, mark string) {
	t.Helper()
	var alive []string
	for end := time.Now().Add(time.Second); time.Now().Before(end); <-time.After(5 * time.Millisecond) {
		if alive = marked(t, mark); len(alive) == 0 {
			return
		}
	}
	t.Errorf("still alive: %q", alive)
}

func marked(t *testing.T, mark string) []string {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	var alive []string
	for _, file := range files {
		env, err := os.ReadFile(file)
		if err == nil && bytes.Contains(env, []byte("\x00"+mark)) || bytes.HasPrefix(env, []byte(mark)) {
			cmdline, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "cmdline"))
			alive = append(alive, strings.ReplaceAll(string(cmdline), "\x00", " "))
		}
	}
	return alive
}
