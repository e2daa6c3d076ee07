package api_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// keepWarm lets the server compile packages until the test ends.
func (f *fixture) keepWarm() {
	ctx, cancel := context.WithCancel(f.t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		f.server.KeepWarm(ctx, time.Millisecond)
	}()
	f.t.Cleanup(func() {
		cancel()
		<-done
	})
}

// TestEnvironmentsAreWarmed: the packages of an installed pack are compiled while packd runs,
// also of one that is installed later.
func TestEnvironmentsAreWarmed(t *testing.T) {
	t.Parallel()
	f := start(t)
	f.keepWarm()
	env := f.installPython("demo")
	poll(t, "bytecode of "+env, func() bool {
		_, err := os.Stat(env + ".pyc")
		return err == nil
	})
}

// TestDamagedEnvironmentIsNotWarmed: that is logged once.
func TestDamagedEnvironmentIsNotWarmed(t *testing.T) {
	t.Parallel()
	f := start(t)
	env := f.installPython("demo")
	if err := os.Remove(filepath.Join(env, "pyvenv.cfg")); err != nil {
		t.Fatal(err)
	}
	f.keepWarm()
	const warning = "cannot be compiled"
	poll(t, "a warning", func() bool { return strings.Contains(f.log.String(), warning) })
	time.Sleep(50 * time.Millisecond) // many intervals
	if n := strings.Count(f.log.String(), warning); n != 1 {
		t.Errorf("logged %d times", n)
	}
	if _, err := os.Stat(env + ".pyc"); err == nil {
		t.Error("bytecode of what was changed")
	}
}

// installPython installs a pack with a virtualenv, and returns the path of that.
func (f *fixture) installPython(ref string) string {
	f.t.Helper()
	if _, err := exec.LookPath("python3"); err != nil && os.Getenv("CI") == "" {
		f.t.Skip(err)
	}
	dir := writePack(f.t, f.allowed, ref, "1.0.0")
	for name, text := range map[string]string{
		"act.yaml": "ref: " + ref + ".act\nlabel: A\ndescription: Acts\nrunner_type: python\nentry_point: act.py\n", "act.py": "print(1)\n",
	} {
		if err := os.MkdirAll(filepath.Join(dir, "actions"), 0o755); err != nil {
			f.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "actions", name), []byte(text), 0o600); err != nil {
			f.t.Fatal(err)
		}
	}
	wantStatus(f.t, f.post("build-envs", m{"pack_paths": list{dir}}), 200)
	wantStatus(f.t, f.post("register-batch", m{"pack_paths": list{dir}}), 200)
	built, err := filepath.Glob(filepath.Join(f.root, "envs", "python", "*", "pyvenv.cfg"))
	if err != nil || len(built) != 1 {
		f.t.Fatalf("%d environments, %v", len(built), err)
	}
	return filepath.Dir(built[0])
}
