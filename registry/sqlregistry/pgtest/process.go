package pgtest

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// A process is a program that runs until the test ends.
type process struct {
	dir  string // its temporary directory
	addr string // where it listens
	log  string // the file of its output
	cmd  *exec.Cmd
	done chan struct{}
}

// find returns the path of a program, in the directories of Debian's packages or in
// PATH. If it is missing, the test is skipped, or fails in CI.
func find(t testing.TB, program string) string {
	t.Helper()
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin/", "/usr/sbin/"} {
		if found, _ := filepath.Glob(pattern + program); len(found) > 0 {
			return found[len(found)-1]
		}
	}
	path, err := exec.LookPath(program)
	switch {
	case err == nil:
	case os.Getenv("CI") != "":
		t.Fatalf("%s is not installed", program)
	default:
		t.Skipf("%s is not installed", program)
	}
	return path
}

// directory makes a temporary directory that belongs to the user of the server.
func directory(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pgtest") //nolint:usetesting // those of t.TempDir are closed to other users
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := give(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// run executes a program to its end, as the user of the server.
func run(t testing.TB, program string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir, cmd.SysProcAttr = "/", unprivileged()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", program, err, out)
	}
}

// start starts a program, as the user of the server, and waits until ready returns nil.
func (p *process) start(t testing.TB, ready func(context.Context) error, program string, args ...string) {
	t.Helper()
	const patience = time.Minute
	p.log = filepath.Join(p.dir, filepath.Base(program)+".log")
	out, err := os.Create(p.log)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = out.Close() }()
	p.cmd, p.done = exec.Command(program, args...), make(chan struct{})
	p.cmd.Dir, p.cmd.SysProcAttr, p.cmd.Stdout, p.cmd.Stderr = "/", unprivileged(), out, out
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = p.cmd.Wait(); close(p.done) }()
	t.Cleanup(p.Stop)
	for begun := time.Now(); ; {
		err := ready(t.Context())
		if err == nil {
			return
		}
		select {
		case <-p.done:
		case <-time.After(20 * time.Millisecond):
			if time.Since(begun) < patience {
				continue
			}
		}
		text, _ := os.ReadFile(p.log)
		t.Fatalf("%s does not start: %v\n%s", program, err, text)
	}
}

// Stop ends the program at once, as a crash does.
func (p *process) Stop() {
	quit(p.cmd.Process)
	select {
	case <-p.done:
	case <-time.After(10 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// freeAddress returns a loopback address on which nothing listens.
func freeAddress(t testing.TB) string {
	t.Helper()
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func port(addr string) string {
	_, port, _ := net.SplitHostPort(addr)
	return port
}
