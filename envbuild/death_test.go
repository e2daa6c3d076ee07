package envbuild_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/internal/os/childproc"
)

// A slow Python, a shell script, so that a build has many moments to die at.
// An environment of it is complete when the file "complete" is in it.
const slowPython = `#!/bin/sh
PATH=/usr/bin:/bin
slow() { sleep 0.01; }
case "$*" in
*json.dumps*)
	echo "{\"path\": \"$0\", \"version\": \"3.11.7\", \"printed\": \"Python 3.11.7\", \"pip\": \"23.2\"}" ;;
*venv*)
	for dir; do :; done
	mkdir -p "$dir/bin"; slow
	mkdir -p "$dir/lib/python3.11/site-packages"; slow
	ln -s "$0" "$dir/bin/python"; slow ;;
*pip*)
	for part in 1 2 3 4 5; do : > "lib/python3.11/site-packages/part$part"; slow; done
	mkdir lib/python3.11/site-packages/six-1.0.dist-info
	for file in part1 part2 part3 part4 part5 six-1.0.dist-info/RECORD ../../../complete; do
		echo "$file,," >> lib/python3.11/site-packages/six-1.0.dist-info/RECORD
	done
	: > complete ;;
*)
	[ -e complete ] ;;
esac
`

// builderVariable makes this test binary a process that builds an environment
// for the pack in the directory that the variable names.
const builderVariable = "ENVBUILD_TEST_STAGE"

func TestMain(m *testing.M) {
	if text := os.Getenv(processVariable); text != "" {
		var p buildProcess
		if err := errors.Join(json.Unmarshal([]byte(text), &p), p.run()); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		return
	}
	dir := os.Getenv(builderVariable)
	if dir == "" {
		os.Exit(m.Run())
	}
	b, err := envbuild.New(slowConfig(dir))
	if err == nil {
		_, err = b.Build(context.Background(), envbuild.Request{Paths: []string{filepath.Join(dir, "packs", "app")}})
	}
	if err != nil {
		os.Exit(1)
	}
}

func slowConfig(dir string) envbuild.Config {
	return envbuild.Config{
		Dir: filepath.Join(dir, "envs"), SearchPath: []string{filepath.Join(dir, "bin")}, Runner: childproc.New(nil),
	}
}

func newSlowStage(t *testing.T) *stage {
	t.Helper()
	need(t, "sh")
	s, _ := newRealStage(t)
	s.config = slowConfig(s.dir)
	write(t, filepath.Join(s.dir, "bin", "python3"), slowPython)
	if err := os.Chmod(filepath.Join(s.dir, "bin", "python3"), 0o755); err != nil {
		t.Fatal(err)
	}
	return s
}

// A builder that is killed at some moment leaves nothing that is used, and the
// next one succeeds.
func hostileDeath(t *testing.T) {
	t.Parallel()
	s := newSlowStage(t)
	path := s.pack(t, "app", "requirements.txt", "six")
	tree := treeDigest(t, path)
	for i := range 12 {
		if err := os.RemoveAll(s.config.Dir); err != nil {
			t.Fatal(err)
		}
		killAfter(t, s.dir, time.Duration(i)*25*time.Millisecond)
		envs, err := s.builder(t).Environments(t.Context(), tree)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range envs {
			wantComplete(t, e.Path)
		}
		p := s.mustBuild(t, path).Of(pack.RuntimePython)
		wantComplete(t, p.Path)
		left, err := filepath.Glob(filepath.Join(s.config.Dir, "python", "*.partial"))
		if err != nil || len(left) > 0 && !p.Reused {
			t.Errorf("left over: %v, %v", left, err)
		}
	}
}

func killAfter(t *testing.T, dir string, d time.Duration) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = []string{builderVariable + "=" + dir}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-time.After(d)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}

func wantComplete(t *testing.T, dir string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(dir, "complete")); err != nil {
		t.Errorf("half an environment is ready: %v", err)
	}
}

func TestTwoProcessesBuildOnce(t *testing.T) {
	t.Parallel()
	s := newSlowStage(t)
	path := s.pack(t, "app", "requirements.txt", "six")
	var processes []*exec.Cmd
	for range 3 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = []string{builderVariable + "=" + s.dir}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		processes = append(processes, cmd)
	}
	for _, cmd := range processes {
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	p := s.mustBuild(t, path).Of(pack.RuntimePython)
	if !p.Reused || p.PackageCount != 1 {
		t.Errorf("got %+v", p)
	}
	wantComplete(t, p.Path)
	dirs, err := os.ReadDir(filepath.Join(s.config.Dir, "python"))
	if err != nil || len(dirs) != 4 {
		t.Errorf("want one environment with its list of files and its record, and which is current: %v, %v", dirs, err)
	}
}

func TestABuildThatTakesTooLongIsEnded(t *testing.T) {
	t.Parallel()
	s := newSlowStage(t)
	hanging := strings.Replace(slowPython, "*pip*)", "*pip*)\n\techo waiting >&2; setsid sleep 60 & sleep 60", 1)
	write(t, filepath.Join(s.dir, "bin", "python3"), hanging)
	path := s.pack(t, "app", "requirements.txt", "six")
	b := s.builder(t)
	if _, err := b.Build(t.Context(), envbuild.Request{Paths: []string{path}, Check: true}); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	_, err := b.Build(t.Context(), envbuild.Request{Paths: []string{path}, Timeout: time.Second})
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("it took %v", took)
	}
	e, ok := errors.AsType[*envbuild.CommandError](err)
	if !ok || !errors.Is(err, context.DeadlineExceeded) || pack.CodeOf(err) != pack.CodeTimeout {
		t.Fatalf("err = %v", err)
	}
	if !strings.Contains(e.Error(), "not built within 1s: waiting") {
		t.Errorf("err = %v", err)
	}
	left, err := os.ReadDir(filepath.Join(s.config.Dir, "python"))
	if err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
}

func TestCancellingEndsTheBuild(t *testing.T) {
	t.Parallel()
	s := newSlowStage(t)
	path := s.pack(t, "app", "requirements.txt", "six")
	ctx, cancel := context.WithCancel(t.Context())
	rep, err := s.builder(t).Build(ctx, envbuild.Request{Paths: []string{path}, OnEvent: func(_ context.Context, e pack.Event) {
		if e.Kind == pack.EventProgress {
			cancel()
		}
	}})
	if len(rep.Built) > 0 || len(rep.Failed) != 1 || pack.CodeOf(err) != pack.CodeCancelled {
		t.Errorf("got %+v, %v", rep, err)
	}
	if _, ready := os.Stat(filepath.Join(s.config.Dir, "attached")); ready == nil {
		t.Error("something was attached")
	}
}
