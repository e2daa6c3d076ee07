package historytest

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/packtrain/pack/registry/sqlregistry/pgtest"
)

const (
	// insideVariable makes the test run in a network namespace of its own, and is the
	// socket of the database there. databaseVariable is the URL of the database.
	insideVariable   = "HISTORYTEST_INSIDE"
	databaseVariable = "HISTORYTEST_DATABASE"

	hosts       = 3
	perHost     = 2 // workers
	hostLease   = time.Second
	disruptions = 4 // of each worker, for each 100 operations of a host
)

// TestHosts has three hosts change and read packs in one directory. Each is a network
// namespace, connected by a bridge with the database. At random, their processes are killed
// or stopped for longer than their leases, their links go down, and their changes and
// commits arrive late.
func TestHosts(t *testing.T) {
	t.Parallel()
	if os.Getenv(insideVariable) != "" {
		n := newNetwork(t)
		t.Run("disrupted", func(t *testing.T) { disrupted(t, n, n.backend(0, *count/perHost)) })
		t.Run("TestHostile/M19/directory lost", func(t *testing.T) { directoryLost(t, n, n.backend(1, *count/perHost/2)) })
		return
	}
	for _, program := range []string{"ip", "unshare", "nsenter", "mount"} {
		if _, err := exec.LookPath(program); err != nil && os.Getenv("CI") == "" {
			t.Skip(err)
		}
	}
	server := pgtest.Start(t)
	socket := filepath.Join(t.TempDir(), "database")
	forward(t, "unix", socket, "tcp", address(t, server.Database(t)), func([]byte) time.Duration { return 0 })
	args := []string{"--net", "--mount", "--fork", "--kill-child", os.Args[0], "-test.v", "-test.run=^TestHosts$", fmt.Sprint("-test.timeout=", 3*time.Minute*time.Duration(max(1, *count/100))), fmt.Sprint("-operations=", *count)}
	if os.Geteuid() != 0 {
		args = append([]string{"--user", "--map-root-user"}, args...)
	}
	cmd := exec.CommandContext(t.Context(), "unshare", args...)
	databases := server.Database(t) + " " + server.Database(t)
	cmd.Env = append(os.Environ(), insideVariable+"="+socket, databaseVariable+"="+databases)
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil || !bytes.Contains(out, []byte("\nPASS")) {
		t.Errorf("in the namespace: %v", err)
	}
}

// address returns the address in the URL of a database.
func address(t *testing.T, dsn string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

// forward forwards connections until the test ends. What clients send is delayed by the
// time that delay returns.
func forward(t *testing.T, network, addr, toNetwork, to string, delay func([]byte) time.Duration) (listening string) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), network, addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	serve := func(client net.Conn) {
		defer func() { _ = client.Close() }()
		server, err := net.Dial(toNetwork, to)
		if err != nil {
			return
		}
		defer func() { _ = server.Close() }()
		go func() {
			_, _ = io.Copy(client, server)
			_ = client.Close()
		}()
		buffer := make([]byte, 64<<10)
		for {
			n, err := client.Read(buffer)
			time.Sleep(delay(buffer[:n]))
			if _, failed := server.Write(buffer[:n]); err != nil || failed != nil {
				return
			}
		}
	}
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go serve(client)
		}
	}()
	return l.Addr().String()
}

// A network is a bridge with hosts, and a proxy for the database on it.
type network struct {
	hosts []*host
	proxy string       // its address
	late  atomic.Int32 // how many percent of the changes and commits it delays
}

// A host is a namespace with a process that keeps it.
type host struct {
	pid  int
	link string // the end of its cable at the bridge
}

func newNetwork(t *testing.T) *network {
	t.Helper()
	command := func(args ...string) {
		t.Helper()
		if out, err := exec.CommandContext(t.Context(), args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v: %s", args, err, out)
		}
	}
	command("mount", "--make-rprivate", "/")
	command("ip", "link", "set", "lo", "up")
	command("ip", "link", "add", "br0", "type", "bridge")
	command("ip", "addr", "add", "10.99.0.1/24", "dev", "br0")
	command("ip", "link", "set", "br0", "up")
	n := &network{}
	for i := range hosts {
		h := &host{pid: newNamespace(t), link: fmt.Sprint("v", i)}
		in := func(args ...string) { t.Helper(); command(append(h.enter(), args...)...) }
		command("ip", "link", "add", h.link, "type", "veth", "peer", "name", "e0", "netns", fmt.Sprint(h.pid))
		command("ip", "link", "set", h.link, "master", "br0", "up")
		in("ip", "addr", "add", fmt.Sprintf("10.99.0.%d/24", i+2), "dev", "e0")
		in("ip", "link", "set", "e0", "up")
		n.hosts = append(n.hosts, h)
	}
	n.proxy = forward(t, "tcp", "10.99.0.1:0", "unix", os.Getenv(insideVariable), func(sent []byte) time.Duration {
		changes := bytes.Contains(sent, []byte("commit\x00")) || bytes.Contains(sent, []byte("INSERT INTO packtrain_operations"))
		if changes && rand.Int32N(100) < n.late.Load() {
			return rand.N(5 * hostLease / 2)
		}
		return 0
	})
	return n
}

// newNamespace returns the process of a new namespace.
func newNamespace(t *testing.T) (pid int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "unshare", "--net", "--mount", "sleep", "infinity")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Wait() })
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	own, _ := os.Readlink("/proc/self/ns/mnt")
	for begun := time.Now(); time.Since(begun) < 10*time.Second; time.Sleep(time.Millisecond) {
		if name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", cmd.Process.Pid)); err != nil || !strings.HasPrefix(string(name), "sleep") {
			continue
		}
		if space, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/mnt", cmd.Process.Pid)); err == nil && space != own {
			return cmd.Process.Pid
		}
	}
	t.Fatal("the namespace is not ready")
	return 0
}

// enter returns the beginning of commands that run on the host.
func (h *host) enter() []string {
	return []string{"nsenter", fmt.Sprintf("--net=/proc/%d/ns/net", h.pid), fmt.Sprintf("--mount=/proc/%d/ns/mnt", h.pid)}
}

// set sets the link up or down.
func (h *host) set(t *testing.T, state string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "ip", "link", "set", h.link, state).CombinedOutput(); err != nil {
		t.Errorf("set link %s: %v: %s", state, err, out)
	}
}

// backend returns the nth database, as the hosts reach it.
func (n *network) backend(nth, count int) backend {
	dsn := strings.Fields(os.Getenv(databaseVariable))[nth]
	return backend{Kind: "postgresql", DSN: pgtest.With(pgtest.At(dsn, n.proxy), "default_query_exec_mode", "exec"), Lease: hostLease, Count: count}
}

// work starts all workers, and calls disrupt for each of them until it has ended.
func (n *network) work(t *testing.T, b backend, dir string, disrupt func(t *testing.T, h *host, worker *os.Process, random *rand.Rand) string) {
	t.Helper()
	writePacks(t, dir)
	var all sync.WaitGroup
	var mu sync.Mutex
	done := map[string]int{}
	for i := range hosts * perHost {
		h, random := n.hosts[i%hosts], rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), uint64(i)))
		all.Go(func() {
			left := max(disruptions, disruptions*perHost*b.Count/100)
			for {
				ended := n.live(t, b, dir, i, h, func(worker *os.Process) bool {
					if left--; left < 0 {
						return false
					}
					what := disrupt(t, h, worker, random)
					mu.Lock()
					defer mu.Unlock()
					done[what]++
					return true
				})
				if ended || t.Failed() {
					return
				}
			}
		})
	}
	all.Wait()
	t.Logf("%v", done)
}

// live runs a worker once, and reports whether its work is done.
func (n *network) live(t *testing.T, b backend, dir string, number int, h *host, disrupt func(*os.Process) bool) (done bool) {
	t.Helper()
	cmd := command(t.Context(), b, dir, number, h.enter()...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Error(err)
		return true
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			if err != nil && cmd.ProcessState.Exited() {
				t.Logf("worker %d is started again: %s", number, stderr.String()) // it could not open the root
			}
			return err == nil
		case <-time.After(rand.N(time.Second)):
			if !disrupt(cmd.Process) {
				err := <-ended
				if err != nil {
					t.Logf("worker %d: %v: %s", number, err, stderr.String())
				}
				return err == nil
			}
		}
	}
}

// disrupted disrupts workers, hosts and their connections at random.
func disrupted(t *testing.T, n *network, b backend) {
	t.Helper()
	dir := t.TempDir()
	n.late.Store(5)
	n.work(t, b, dir, func(t *testing.T, h *host, worker *os.Process, random *rand.Rand) string {
		t.Helper()
		duration := time.Duration(random.Int64N(int64(5 * hostLease / 2)))
		switch random.IntN(3) {
		case 0:
			_ = worker.Kill()
			return "killed"
		case 1:
			_ = worker.Signal(syscall.SIGSTOP)
			time.Sleep(duration)
			_ = worker.Signal(syscall.SIGCONT)
			return "stopped"
		}
		h.set(t, "down")
		time.Sleep(duration)
		h.set(t, "up")
		return "cut off"
	})
	n.late.Store(0)
	checkHistory(t, b, dir, hosts*perHost)
}

// directoryLost takes the shared directory away from one host after the other, as a mount
// that is lost does.
func directoryLost(t *testing.T, n *network, b backend) {
	t.Helper()
	dir := t.TempDir()
	root := filepath.Join(dir, "root")
	if err := os.Mkdir(root, 0o700); err != nil {
		t.Fatal(err)
	}
	var mounting sync.Mutex
	n.work(t, b, dir, func(t *testing.T, h *host, _ *os.Process, random *rand.Rand) string {
		t.Helper()
		mounting.Lock()
		defer mounting.Unlock()
		if begun, err := filepath.Glob(filepath.Join(dir, "log*")); err != nil || len(begun) < hosts*perHost {
			return "not yet begun"
		}
		for _, args := range [][]string{{"mount", "-t", "tmpfs", "none", root}, {"umount", "-l", root}} {
			args = append(h.enter(), args...)
			if out, err := exec.CommandContext(t.Context(), args[0], args[1:]...).CombinedOutput(); err != nil {
				t.Errorf("%v: %v: %s", args, err, out)
			}
			time.Sleep(time.Duration(random.IntN(400)) * time.Millisecond)
		}
		return "directory lost"
	})
	checkHistory(t, b, dir, hosts*perHost)
}
