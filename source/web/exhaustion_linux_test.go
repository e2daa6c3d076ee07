package web_test

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source/web"
)

const atOnce = 1000

// filesRunOut has a process that may open few files.
func filesRunOut(t *testing.T) {
	t.Parallel()
	var open connections
	runAlone(t, "TestFilesRunOutAlone", serveCounted(t, open.count), nil)
	open.wantFew(t)
}

// portsRunOut has a process in a network of its own, with few ports.
func portsRunOut(t *testing.T) {
	t.Parallel()
	attr := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	if id := os.Geteuid(); id != 0 {
		attr.Cloneflags |= syscall.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{HostID: id, Size: 1}}
	}
	runAlone(t, "TestPortsRunOutAlone", "here", attr)
}

const alone = "PACK_TEST_ALONE"

// runAlone runs a test in a process of its own.
func runAlone(t *testing.T, name, target string, attr *syscall.SysProcAttr) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+name+"$", "-test.count=1")
	cmd.Env = append(os.Environ(), alone+"="+target)
	cmd.SysProcAttr = attr
	out, err := cmd.CombinedOutput()
	if errors.Is(err, syscall.EPERM) {
		t.Skip("not allowed to make a network: ", err)
	}
	if err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

func TestFilesRunOutAlone(t *testing.T) { //nolint:paralleltest // it is alone
	target := os.Getenv(alone)
	if target == "" {
		return // it is started by TestHostile/G22
	}
	target = strings.Replace(target, "127.0.0.1", "packs.example", 1) // looking up needs files, too
	c := web.Make(loopback(), &web.Options{Resolver: always(addrs("127.0.0.1")...).resolver(t)})
	if _, err := get(t, c, target); err != nil { // the runtime opens some files for good
		t.Fatal(err)
	}
	web.CloseIdle(c)
	files, goroutines := openFiles(t), runtime.NumGoroutine()

	held := holdFiles(t, files+200)
	wantDownloads(t, c, http.MethodPost, target, 0, 0) // which is not repeated
	closeFiles(t, held[:8])
	wantDownloads(t, c, http.MethodGet, target, 1, atOnce)
	closeFiles(t, held[8:])
	wantDownloads(t, c, http.MethodGet, target, atOnce, atOnce)

	web.CloseIdle(c)
	eventually(t, "files", files, func() int { return openFiles(t) })
	eventually(t, "goroutines", goroutines, runtime.NumGoroutine)
}

func TestPortsRunOutAlone(t *testing.T) { //nolint:paralleltest // it is alone
	if os.Getenv(alone) == "" {
		return // it is started by TestHostile/G22
	}
	startLoopback(t)
	var open connections
	target := serveCounted(t, open.count)
	if err := os.WriteFile("/proc/sys/net/ipv4/ip_local_port_range", []byte("20000 20009"), 0); err != nil {
		t.Fatal(err)
	}
	c := web.Make(loopback(), nil)
	held := holdPorts(t, target)
	if len(held) != 10 {
		t.Errorf("%d ports were free, want 10", len(held))
	}
	wantDownloads(t, c, http.MethodPost, target, 0, 0) // which is not repeated
	closePorts(t, held)
	wantDownloads(t, c, http.MethodGet, target, 1, atOnce)
	web.CloseIdle(c)
	eventually(t, "connections", 0, func() int { return int(open.now.Load()) })
}

// wantDownloads makes many requests at once and wants so many to succeed, and
// the others to say that it may be better later.
func wantDownloads(t *testing.T, c *web.Client, method, target string, least, most int) {
	t.Helper()
	var succeeded atomic.Int32
	var wg sync.WaitGroup
	for range atOnce {
		wg.Go(func() {
			req, _ := http.NewRequestWithContext(t.Context(), method, target, http.NoBody)
			body, err := do(c, req)
			switch {
			case err == nil && string(body) == "hello":
				succeeded.Add(1)
			case pack.CodeOf(err) != pack.CodeUnavailable || !pack.Retryable(err):
				t.Errorf("got %q, %v", body, err)
			}
		})
	}
	wg.Wait()
	if n := int(succeeded.Load()); n < least || n > most {
		t.Errorf("%d downloads succeeded, want %d to %d", n, least, most)
	}
}

func openFiles(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries) - 1 // without the directory
}

// holdFiles opens files until no more can be opened.
func holdFiles(t *testing.T, limit int) []*os.File {
	t.Helper()
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: uint64(limit), Max: uint64(limit)}); err != nil {
		t.Fatal(err)
	}
	var held []*os.File
	for {
		f, err := os.Open(os.DevNull)
		if errors.Is(err, syscall.EMFILE) {
			return held
		}
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, f)
	}
}

func closeFiles(t *testing.T, files []*os.File) {
	t.Helper()
	for _, f := range files {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

// holdPorts connects to target until there are no ports.
func holdPorts(t *testing.T, target string) []*net.TCPConn {
	t.Helper()
	at, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	var held []*net.TCPConn
	for {
		conn, err := net.Dial("tcp", at.Host)
		if errors.Is(err, syscall.EADDRNOTAVAIL) {
			return held
		}
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, conn.(*net.TCPConn))
	}
}

// closePorts resets connections, so that their ports are free at once.
func closePorts(t *testing.T, conns []*net.TCPConn) {
	t.Helper()
	for _, conn := range conns {
		if err := errors.Join(conn.SetLinger(0), conn.Close()); err != nil {
			t.Error(err)
		}
	}
}

// startLoopback starts the interface of a network that is new.
func startLoopback(t *testing.T) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		t.Fatal(err)
	}
	lo.SetUint16(unix.IFF_UP)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo); err != nil {
		t.Fatal(err)
	}
}

// eventually waits for connections that are closed asynchronously.
func eventually(t *testing.T, what string, want int, count func() int) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for count() > want && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
	if n := count(); n > want {
		t.Errorf("%d %s are left, want %d", n, what, want)
	}
}
