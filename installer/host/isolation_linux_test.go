package host_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild/runner"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/installer/pipeline"
)

// needSandbox skips the test without a sandbox. CI has one.
func needSandbox(t *testing.T) {
	t.Helper()
	_, _, err := runner.New(&runner.Options{Level: pack.IsolationSandbox}).Isolation(t.Context())
	if err != nil && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// layOut writes a pack with a Python environment and one test, and returns its path.
func layOut(t *testing.T, ref, test string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), ref)
	for name, text := range map[string]string{
		"pack.yaml": "ref: " + ref + "\nversion: 1.0.0\nlabel: L\ndescription: A pack.\nruntime_deps: [python3]\n" +
			"testing:\n  enabled: true\n  runners:\n    unit: {type: script, entry_point: tests/run.sh}\n",
		"actions/hello.py": "print('hello')\n",
		"tests/run.sh":     "#!/bin/sh\n" + test + "\n",
	} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// fingerprint returns a digest of every file below dir but for what is temporary.
func fingerprint(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		for _, temporary := range []string{"staging", "trash", "locks", "envs/cache", "scratch"} {
			if name == temporary || strings.HasPrefix(name, temporary+"/") {
				return err
			}
		}
		if !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		files[name] = fmt.Sprintf("%x", sha256.Sum256(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// readLog returns the records of a root.
func readLog(t *testing.T, root string) []byte {
	t.Helper()
	log, err := os.ReadFile(filepath.Join(root, "records", "log"))
	if err != nil {
		t.Fatal(err)
	}
	return log
}

// attack writes wherever a test of a pack could reach others: its environment, which all
// packs without packages share, their active files, the records, HOME, /tmp; and it leaves
// a process without a trace of its origin.
const attack = `
for d in "$ROOT"/envs/python/*/lib/python3*/site-packages; do echo 'import os' > "$d/zz.pth"; done
for f in "$ROOT"/packs/victim/*/pack/actions/hello.py "$ROOT"/records/*; do chmod u+w "$f"; echo '# tampered' >> "$f"; done
echo x > /tmp/packtrain-n07; echo x > "$HOME/packtrain-n07"
setsid env -i PATH=/usr/bin:/bin sh -c 'while :; do date >> "'"$ROOT"'/beat"; sleep 0.05; done' </dev/null >/dev/null 2>&1 &
sleep 0.2
`

// TestHostile is on the rows of the list of hostile cases about what tests of packs
// do to others.
func TestHostile(t *testing.T) {
	t.Parallel()
	t.Run("L05/environment of the host", hostileEnvironment)
	t.Run("L06/network", hostileNetwork)
	t.Run("E19", hostileURLs)
	t.Run("L06/listening", hostileListening)
	for name, ending := range map[string]string{"N07/refused": "exit 1", "N07/installed": "exit 0"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			needSandbox(t)
			root := filepath.Join(t.TempDir(), "root")
			h, err := host.Open(t.Context(), host.Config{Root: root, SearchPath: []string{"/usr/bin", "/bin"}})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = h.Close() }()
			report, err := h.Install(t.Context(), pipeline.Request{Specs: []string{layOut(t, "victim", "exit 0")}})
			if err != nil {
				t.Fatalf("%v: %+v", err, report)
			}
			before, log := fingerprint(t, root), readLog(t, root)
			script := strings.ReplaceAll(attack, "$ROOT", root) + ending
			report, err = h.Install(t.Context(), pipeline.Request{Specs: []string{layOut(t, "evil", script)}})
			if refused := err != nil; refused != (ending == "exit 1") {
				t.Fatalf("%v: %+v", err, report)
			}
			after := fingerprint(t, root)
			if err == nil { // what it added itself
				for file := range after {
					if strings.HasPrefix(file, "packs/evil/") || strings.HasPrefix(file, "records/") || strings.HasPrefix(file, "envs/attached/") {
						delete(after, file)
						delete(before, file)
					}
				}
			}
			// The environments of a pack are remembered once they are built, and the results of
			// its tests are added to the log, also for one that is refused.
			for file := range after {
				if strings.HasPrefix(file, "envs/attached/") && before[file] == "" {
					delete(after, file)
				}
			}
			if now := readLog(t, root); !bytes.HasPrefix(now, log) || bytes.Contains(now, []byte("# tampered")) {
				t.Error("what was recorded has changed")
			}
			delete(before, "records/log")
			delete(after, "records/log")
			if diff := cmp.Diff(before, after); diff != "" {
				t.Errorf("other files changed:\n%s", diff)
			}
			wantNoTrace(t, root)
		})
	}
}

// hostileNetwork has the test of a pack contact a server of this machine.
func hostileNetwork(t *testing.T) {
	t.Parallel()
	needSandbox(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	var contacts atomic.Int32
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			contacts.Add(1)
			_ = c.Close()
		}
	}()
	h := openAt(t)
	contact := fmt.Sprintf("python3 -c \"import socket; socket.create_connection(('127.0.0.1', %d), 5)\"", listener.Addr().(*net.TCPAddr).Port) //nolint:forcetypeassert // a TCP listener
	report, err := h.Install(t.Context(), pipeline.Request{Specs: []string{layOut(t, "caller", contact)}})
	if err == nil || contacts.Load() != 0 {
		t.Errorf("%d contacts, %v: %+v", contacts.Load(), err, report)
	}
	if err != nil && !strings.Contains(err.Error(), "refused") && !strings.Contains(err.Error(), "unreachable") {
		t.Errorf("the test did not fail at the network: %v", err)
	}
}

// hostileEnvironment has the test of a pack read the environment of the host.
func hostileEnvironment(t *testing.T) {
	t.Parallel()
	needSandbox(t)
	h := openAt(t)
	read := fmt.Sprintf("if cat /proc/%d/environ || cat /proc/$PPID/environ | grep -a '^HOME=%s$'; then exit 1; fi >/dev/null 2>&1", os.Getpid(), os.Getenv("HOME"))
	if report, err := h.Install(t.Context(), pipeline.Request{Specs: []string{layOut(t, "reader", read)}}); err != nil {
		t.Errorf("%v: %+v", err, report)
	}
}

// hostileListening has the test of a pack open a port, which other programs of the machine
// cannot reach.
func hostileListening(t *testing.T) {
	t.Parallel()
	needSandbox(t)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().(*net.TCPAddr) //nolint:forcetypeassert // a TCP listener
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	done, reached := make(chan struct{}), make(chan int, 1)
	go func() {
		n := 0
		for {
			select {
			case <-done:
				reached <- n
				return
			case <-time.After(10 * time.Millisecond):
			}
			if c, err := net.DialTimeout("tcp", address.String(), time.Second); err == nil {
				n++
				_ = c.Close()
			}
		}
	}()
	listen := fmt.Sprintf("python3 -c \"import socket, time; s = socket.socket(); s.bind(('0.0.0.0', %d)); s.listen(); time.sleep(0.5)\"", address.Port)
	report, err := openAt(t).Install(t.Context(), pipeline.Request{Specs: []string{layOut(t, "server", listen)}})
	close(done)
	if n := <-reached; n > 0 || err != nil {
		t.Errorf("the port was reached %d times, %v: %+v", n, err, report)
	}
}

// openAt opens a host with a root of its own.
func openAt(t *testing.T) *host.Host {
	t.Helper()
	h, err := host.Open(t.Context(), host.Config{Root: filepath.Join(t.TempDir(), "root"), SearchPath: []string{"/usr/bin", "/bin"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	return h
}

func wantNoTrace(t *testing.T, root string) {
	t.Helper()
	if _, err := os.Stat("/tmp/packtrain-n07"); err == nil {
		t.Error("/tmp was written to")
	}
	time.Sleep(200 * time.Millisecond)
	if _, err := os.Stat(filepath.Join(root, "beat")); err == nil {
		t.Error("a process of the test was at work")
	}
}
