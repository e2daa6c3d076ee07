package envbuildtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/packtrain/pack"
)

// RunRunner checks that the runners that newRunner makes keep the contract of
// [pack.Runner], and the promises of the level of isolation that their results report, each
// in a subtest of its own: the commands are scripts for /bin/sh, some for bash. The level
// has to be want.
func RunRunner(t *testing.T, want pack.Isolation, newRunner func() pack.Runner) {
	t.Helper()
	checks := slices.Concat(runnerChecks(), limitChecks())
	if want != pack.IsolationNone || runtime.GOOS == "linux" {
		checks = append(checks, treeChecks()...)
	}
	if want == pack.IsolationSandbox {
		checks = append(checks, sandboxChecks()...)
	}
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := &runnerBench{Runner: newRunner(), dir: t.TempDir(), level: want}
			if err := c.run(t.Context(), b); err != nil {
				t.Error(err)
			}
		})
	}
}

// A runnerCheck is one promise; run returns how it was broken.
type runnerCheck struct {
	name string
	run  func(ctx context.Context, b *runnerBench) error
}

// A runnerBench is where a check starts children, which may write to its directory.
type runnerBench struct {
	pack.Runner
	dir   string
	level pack.Isolation
}

// command returns a command for a script.
func (b *runnerBench) command(script string) pack.Command {
	return pack.Command{
		Path: "/bin/sh", Args: []string{"-c", script}, Dir: b.dir, Env: []string{"PATH=/usr/local/bin:/usr/bin:/bin"},
		Timeout: time.Minute, Access: pack.Access{Write: []string{b.dir}},
	}
}

// output runs a command that has to succeed and returns what it printed.
func (b *runnerBench) output(ctx context.Context, c pack.Command) (string, error) {
	res, err := b.Run(ctx, c)
	if err == nil && res.ExitCode != 0 {
		err = fmt.Errorf("exit code %d: %s", res.ExitCode, res.Stderr)
	}
	return string(res.Stdout), err
}

func runnerChecks() []runnerCheck {
	return []runnerCheck{
		{"result", checkResult},
		{"environment", checkEnvironment},
		{"descriptors", checkDescriptors},
		{"start", checkStart},
		{"timeout", checkTimeout},
		{"cancellation", checkCancellation},
		{"concurrency", checkConcurrency},
	}
}

func checkResult(ctx context.Context, b *runnerBench) error {
	c := b.command(`cat; echo err >&2; pwd; exit 7`)
	c.Stdin = strings.NewReader("in\n")
	res, err := b.Run(ctx, c)
	if err != nil {
		return err
	}
	return errors.Join(
		diff("output", string(res.Stdout), "in\n"+b.dir+"\n"),
		diff("error output", string(res.Stderr), "err\n"),
		diff("exit code", res.ExitCode, 7),
		diff("level", res.Isolation, b.level),
	)
}

func checkEnvironment(ctx context.Context, b *runnerBench) error {
	c := b.command(`env`)
	c.Env = append(c.Env, "SPECIAL=a b'\n=c")
	out, err := b.output(ctx, c)
	for _, line := range strings.Split(strings.ReplaceAll(out, c.Env[1], ""), "\n") {
		name, _, _ := strings.Cut(line, "=")
		if line != "" && !slices.Contains([]string{"PATH", "PWD", "OLDPWD", "SHLVL", "_", "PACKTRAIN_RUN"}, name) {
			err = errors.Join(err, fmt.Errorf("the child has the variable %q", line))
		}
	}
	if !strings.Contains(out, c.Env[1]) {
		err = errors.Join(err, fmt.Errorf("a variable is missing from %q", out))
	}
	return err
}

func checkDescriptors(ctx context.Context, b *runnerBench) error {
	out, err := b.output(ctx, b.command(`for fd in /dev/fd/*; do [ -e "$fd" ] && echo "${fd##*/}"; done; :`))
	if err != nil {
		return err
	}
	return diff("descriptors", out, "0\n1\n2\n")
}

func checkStart(ctx context.Context, b *runnerBench) error {
	missing := b.command("")
	missing.Path = filepath.Join(b.dir, "missing")
	relative := b.command("")
	relative.Path = "sh"
	homeless := b.command("")
	homeless.Dir = ""
	var errs []error
	for code, c := range map[pack.Code]pack.Command{pack.CodeNotFound: missing, pack.CodeInvalidRequest: relative} {
		_, err := b.Run(ctx, c)
		errs = append(errs, wantCode(err, code))
	}
	_, err := b.Run(ctx, homeless)
	return errors.Join(append(errs, wantCode(err, pack.CodeInvalidRequest))...)
}

func checkTimeout(ctx context.Context, b *runnerBench) error {
	c := b.command(`trap '' TERM; echo early; while :; do sleep 0.05; done`)
	c.Timeout = 700 * time.Millisecond
	start := time.Now()
	res, err := b.Run(ctx, c)
	if took := time.Since(start); took > c.Timeout+3*time.Second {
		return fmt.Errorf("it took %v", took)
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("err = %w, want one that matches %w", err, context.DeadlineExceeded)
	}
	return diff("output", string(res.Stdout), "early\n")
}

func checkCancellation(ctx context.Context, b *runnerBench) error {
	ctx, cancel := context.WithCancel(ctx)
	c := b.command(`trap '' TERM; setsid sh -c "` + heartbeat + `" & ` + started + `; echo ready; while :; do sleep 0.05; done`)
	c.Stdout = writerFunc(func([]byte) { cancel() })
	_, err := b.Run(ctx, c)
	return errors.Join(wantCode(err, pack.CodeCancelled), b.quiet())
}

func checkConcurrency(ctx context.Context, b *runnerBench) error {
	results := make(chan error, 4)
	for i := range cap(results) {
		own := &runnerBench{Runner: b.Runner, dir: filepath.Join(b.dir, fmt.Sprint(i)), level: b.level}
		go func() {
			if err := os.Mkdir(own.dir, 0o755); err != nil {
				results <- err
				return
			}
			out, err := own.output(ctx, own.command(`echo x > file; sleep 0.1; cat file`))
			results <- errors.Join(err, diff("output", out, "x\n"))
		}()
	}
	var errs []error
	for range cap(results) {
		errs = append(errs, <-results)
	}
	return errors.Join(errs...)
}

// heartbeat writes to a file of the working directory as long as it lives.
const heartbeat = `while :; do date +%N >> beat; sleep 0.02; done`

// started is a script that waits for the first beat.
const started = `until [ -s beat ]; do sleep 0.02; done`

// quiet waits for a sign of life of what was left running.
func (b *runnerBench) quiet() error {
	read := func() string {
		data, _ := os.ReadFile(filepath.Join(b.dir, "beat")) // not written yet, or being written
		return string(data)
	}
	before := read()
	time.Sleep(200 * time.Millisecond)
	if after := read(); after != before {
		return errors.New("a process that the child started lives")
	}
	if before == "" {
		return errors.New("the process to be killed did not start")
	}
	return nil
}

type writerFunc func([]byte)

func (f writerFunc) Write(p []byte) (int, error) {
	f(p)
	return len(p), nil
}
