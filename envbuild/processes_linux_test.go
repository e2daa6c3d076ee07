package envbuild_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/runner"
)

var rounds = flag.Int("rounds", 1, "how often processes build at once, some of which are killed")

// TestManyProcesses has 16 processes build 4 environments. Those that begin are killed, and
// one of their successors is stopped for a while: each environment is built once, and
// those who wait are told.
func TestManyProcesses(t *testing.T) {
	t.Parallel()
	for range *rounds {
		manyProcesses(t)
	}
}

const (
	keys         = 4
	perKey       = 4
	longestBuild = 2 * time.Minute // on a loaded machine
)

func manyProcesses(t *testing.T) {
	t.Helper()
	s := newSlowStage(t)
	// No build goes on before the file "go" exists.
	start := filepath.Join(s.dir, "go")
	blocked := strings.Replace(slowPython, "mkdir -p \"$dir/bin\"; slow", "mkdir -p \"$dir/bin\"; until [ -e '"+start+"' ]; do slow; done", 1)
	write(t, filepath.Join(s.dir, "bin", "python3"), blocked)
	processes, outputs := map[int]*exec.Cmd{}, map[int]*transcript{}
	for i := range keys * perKey {
		app := s.pack(t, fmt.Sprintf("app%d", i), "requirements.txt", fmt.Sprintf("six>=%d", i%keys))
		cmd, out := buildProcess{
			Dir: s.config.Dir, App: app, SearchPath: s.config.SearchPath, Isolation: pack.IsolationNone, Timeout: 2 * longestBuild,
		}.start(t)
		processes[cmd.Process.Pid], outputs[cmd.Process.Pid] = cmd, out
	}
	killed := map[int]bool{}
	for _, pid := range owners(t, s, keys, killed) {
		if err := processes[pid].Process.Kill(); err != nil {
			t.Fatal(err)
		}
		killed[pid] = true
	}
	stopped := owners(t, s, 1, killed)[0]
	if err := processes[stopped].Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	awaitLine(t, outputs, fmt.Sprintf("waiting for process %d, which builds the same environment since ", stopped))
	if err := processes[stopped].Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	write(t, start, "")
	for pid, cmd := range processes {
		if err := cmd.Wait(); (err != nil) != killed[pid] {
			t.Errorf("process %d, killed %v: %v\n%s", pid, killed[pid], err, outputs[pid])
		}
	}
	wantBuiltOnce(t, s)
}

// awaitLine waits until a process has printed a text.
func awaitLine(t *testing.T, outputs map[int]*transcript, text string) {
	t.Helper()
	for deadline := time.Now().Add(longestBuild); time.Now().Before(deadline); <-time.After(10 * time.Millisecond) {
		for _, out := range outputs {
			if strings.Contains(out.String(), text) {
				return
			}
		}
	}
	t.Fatalf("no process says %q", text)
}

// owners waits until environments are being built by n processes that are not known, and
// returns these.
func owners(t *testing.T, s *stage, n int, known map[int]bool) []int {
	t.Helper()
	for deadline := time.Now().Add(longestBuild); time.Now().Before(deadline); <-time.After(time.Millisecond) {
		files, err := filepath.Glob(filepath.Join(s.config.Dir, "python", "*.partial", "owner.json"))
		if err != nil {
			t.Fatal(err)
		}
		var found []int
		for _, file := range files {
			var owner struct{ Process int }
			data, err := os.ReadFile(file)
			if err == nil && json.Unmarshal(data, &owner) == nil && !known[owner.Process] {
				found = append(found, owner.Process)
			}
		}
		if len(found) >= n {
			return found[:n]
		}
	}
	t.Fatalf("fewer than %d environments are being built", n)
	return nil
}

func wantBuiltOnce(t *testing.T, s *stage) {
	t.Helper()
	instances, err := s.builder(t).Instances(t.Context())
	if err != nil || len(instances) != keys {
		t.Errorf("%d instances, %v; want %d", len(instances), err, keys)
	}
	for _, i := range instances {
		wantComplete(t, i.Root)
		if !i.Current {
			t.Errorf("%s is not current", i.Root)
		}
	}
	if left, err := filepath.Glob(filepath.Join(s.config.Dir, "python", "*.partial")); err != nil || len(left) > 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
}

// TestKilledHosts: no process of a tool outlives the host, not even the second one that
// pip starts.
func TestKilledHosts(t *testing.T) {
	t.Parallel()
	for _, level := range []pack.Isolation{pack.IsolationSandbox, pack.IsolationContained} {
		for _, programs := range [][]string{{"python3"}, {"python3", "uv"}, {"node"}} {
			t.Run(string(level)+"/"+programs[len(programs)-1], func(t *testing.T) {
				t.Parallel()
				killedHost(t, level, programs)
			})
		}
	}
}

func killedHost(t *testing.T, level pack.Isolation, programs []string) {
	t.Helper()
	for _, name := range append(programs, map[string][]string{"node": {"npm"}}[programs[0]]...) {
		need(t, name)
	}
	if _, _, err := runner.New(&runner.Options{Level: level}).Isolation(t.Context()); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	s, _ := newRealStage(t, programs...)
	asked, release := make(chan struct{}, 100), make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		select { // it never answers
		case <-release:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(srv.Close)
	t.Cleanup(func() { close(release) })
	file, text := "requirements.txt", "six"
	if programs[0] == "node" {
		file, text = "package.json", dependsOnA
	}
	p := buildProcess{
		Dir: s.config.Dir, App: s.pack(t, "app", file, text), SearchPath: s.config.SearchPath, PythonIndex: srv.URL + "/simple",
		NodeRegistry: srv.URL, Isolation: level, Timeout: longestBuild,
	}
	host, out := p.start(t)
	select {
	case <-asked:
	case <-time.After(longestBuild):
		t.Fatalf("the index was not asked:\n%s", out)
	}
	if len(at(t, s.config.Dir)) == 0 {
		t.Fatal("no process works for the host")
	}
	if err := host.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = host.Wait() // it was killed
	for deadline := time.Now().Add(10 * time.Second); ; <-time.After(10 * time.Millisecond) {
		left := at(t, s.config.Dir)
		if len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("these processes live: %q", left)
		}
	}
}

// at returns the command lines of the processes that name a directory, or work there.
func at(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, file := range files {
		line, err := os.ReadFile(file)
		cwd, _ := os.Readlink(filepath.Join(filepath.Dir(file), "cwd")) // it may have ended
		if err == nil && (bytes.Contains(line, []byte(dir)) || strings.HasPrefix(cwd, dir+"/")) {
			found = append(found, string(bytes.ReplaceAll(line, []byte{0}, []byte(" "))))
		}
	}
	return found
}
