package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"unicode/utf8"
	"unsafe"
)

// A console is packctl in a terminal of its own.
type console struct {
	t    *testing.T
	cmd  *exec.Cmd
	keys *os.File

	mu   sync.Mutex
	seen bytes.Buffer
	news chan struct{} // something was printed, or nothing more comes
	eof  bool
}

// inTerminal starts packctl in a terminal with so many columns.
func inTerminal(t *testing.T, columns int, env []string, args ...string) *console {
	t.Helper()
	keys, screen := openTerminal(t)
	resize(t, keys, columns)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env = append(os.Environ(), append([]string{"PACKCTL_TEST_AS_PROGRAM=1", "TERM=xterm", "PATH=" + searchPath()}, env...)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = screen, screen, screen
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = screen.Close()
	c := &console{t: t, cmd: cmd, keys: keys, news: make(chan struct{}, 1)}
	go c.read()
	return c
}

// openTerminal returns both ends of a new terminal.
func openTerminal(t *testing.T) (keys, screen *os.File) {
	t.Helper()
	keys, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { _ = keys.Close() })
	var locked, number int32
	ioctl(t, keys, syscall.TIOCSPTLCK, unsafe.Pointer(&locked))
	ioctl(t, keys, syscall.TIOCGPTN, unsafe.Pointer(&number))
	screen, err = os.OpenFile("/dev/pts/"+strconv.Itoa(int(number)), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return keys, screen
}

func resize(t *testing.T, keys *os.File, columns int) {
	t.Helper()
	size := struct{ rows, columns, x, y uint16 }{24, uint16(columns), 0, 0}
	ioctl(t, keys, syscall.TIOCSWINSZ, unsafe.Pointer(&size))
}

func ioctl(t *testing.T, f *os.File, request uintptr, arg unsafe.Pointer) {
	t.Helper()
	conn, err := f.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	err = conn.Control(func(fd uintptr) {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, fd, request, uintptr(arg)); errno != 0 {
			t.Error(errno)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

// read collects what is printed, until the last process that has the terminal ends.
func (c *console) read() {
	buf := make([]byte, 4096)
	for {
		n, err := c.keys.Read(buf)
		c.mu.Lock()
		c.seen.Write(buf[:n])
		c.eof = err != nil
		c.mu.Unlock()
		select {
		case c.news <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// see waits until a text was printed, and returns everything so far.
func (c *console) see(text string) string {
	c.t.Helper()
	for {
		c.mu.Lock()
		seen, eof := c.seen.String(), c.eof
		c.mu.Unlock()
		if strings.Contains(seen, text) {
			return seen
		}
		if eof {
			c.t.Fatalf("%q was not printed:\n%.2000q", text, seen)
		}
		<-c.news
	}
}

func (c *console) press(keys string) {
	c.t.Helper()
	if _, err := io.WriteString(c.keys, keys); err != nil {
		c.t.Fatal(err)
	}
}

// end waits for the end of packctl, and returns its status and all that was printed.
func (c *console) end() (status int, all string) {
	c.t.Helper()
	err := c.cmd.Wait()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		c.t.Fatal(err)
	}
	for {
		c.mu.Lock()
		all, eof := c.seen.String(), c.eof
		c.mu.Unlock()
		if eof {
			return c.cmd.ProcessState.ExitCode(), all
		}
		<-c.news
	}
}

var sequence = regexp.MustCompile("\x1b\\[[0-9]*[A-Za-z]")

// withTest returns the files of a pack whose test runs a script.
func withTest(script string) map[string]string {
	files := goodPack()
	files["pack.yaml"] += "testing:\n  enabled: true\n  runners:\n    unit: {type: script, entry_point: tests/run.sh}\n"
	files["tests/run.sh"] = "#!/bin/sh\n" + script
	return files
}

func TestTerminalProgress(t *testing.T) {
	t.Parallel()
	dir, there := writeTree(t, withTest("exit 0\n")), t.TempDir()
	const green, escape = "\x1b[32m", "\x1b["
	tests := map[string]struct {
		env         []string
		colour, any bool
	}{
		"colour":   {nil, true, true},
		"NO_COLOR": {[]string{"NO_COLOR=1"}, false, true},
		"dumb":     {[]string{"TERM=dumb"}, false, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := inTerminal(t, 80, tt.env, "install", dir, "--root", filepath.Join(there, name), "--isolation", "none")
			status, all := c.end()
			if status != exitOK || strings.Contains(all, green) != tt.colour || strings.Contains(all, escape) && !tt.any {
				t.Errorf("status %d\n%q", status, all)
			}
			if plain := sequence.ReplaceAllString(all, ""); !strings.Contains(plain, "demo 1.0.0  installed") || tt.any && !strings.Contains(plain, "demo@1.0.0  installed\r\n") {
				t.Errorf("got\n%q", all)
			}
		})
	}
}

// TestTerminalIsNarrow shows the lines that change in one row each, also after the window
// has become narrower.
func TestTerminalIsNarrow(t *testing.T) {
	t.Parallel()
	dir, fifo := t.TempDir(), filepath.Join(t.TempDir(), "go-on")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	place(t, dir, withTest("read line <"+fifo+"\n"))
	c := inTerminal(t, 60, nil, "register", dir, "--root", t.TempDir(), "--isolation", "none")
	c.see("demo@1.0.0  tests")
	resize(t, c.keys, 12)
	c.see("demo@1.0.0…\r\n")
	if err := os.WriteFile(fifo, []byte("go on\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	status, all := c.end()
	if status != exitOK {
		t.Fatalf("status %d\n%q", status, all)
	}
	_, narrow, _ := strings.Cut(all, "demo@1.0.0…\r\n")
	for line := range strings.SplitSeq(sequence.ReplaceAllString(narrow, ""), "\r\n") {
		if strings.HasSuffix(line, "…") && utf8.RuneCountInString(strings.TrimLeft(line, "\r")) > 11 {
			t.Errorf("%q is too long", line)
		}
	}
}

func TestTerminalInterrupt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	place(t, filepath.Join(dir, "lib"), map[string]string{"pack.yaml": "ref: lib\nversion: 1.0.0\nlabel: L\ndescription: D\n"})
	place(t, filepath.Join(dir, "demo"), withTest("exec sleep 1000\n"))
	root := filepath.Join(dir, "root")
	c := inTerminal(t, 80, nil, "install", filepath.Join(dir, "lib"), filepath.Join(dir, "demo"), "--root", root, "--isolation", "none", "--parallel", "1")
	c.see("demo@1.0.0  tests")
	c.press("\x03")
	status, all := c.end()
	if status != exitInterrupted || !strings.Contains(all, "packctl: interrupted: ") {
		t.Fatalf("status %d\n%q", status, all)
	}
	libThere := strings.Contains(on(t, root)("list", "-o", "name").stdout, "lib\n")
	if said := strings.Contains(all, "interrupted: changed: lib@1.0.0"); said != libThere || !said && !strings.Contains(all, "interrupted: nothing was changed") {
		t.Errorf("lib is installed: %v\n%q", libThere, all)
	}
}

func TestTerminalAsks(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "root")
	wantStatus(t, on(t, root)("register", writeTree(t, goodPack())), exitOK)
	for _, tt := range []struct {
		keys   string
		args   []string
		status int
		text   string
	}{
		{"n\r", nil, exitFailed, "nothing was changed"},
		{"\r", nil, exitFailed, "nothing was changed"},
		{"\x03", nil, exitInterrupted, "nothing was changed"},
		{"y\r", nil, exitOK, "demo removed"},
	} {
		c := inTerminal(t, 80, nil, append([]string{"remove", "demo", "--root", root}, tt.args...)...)
		c.see("Remove demo, with their generations, which rollback needs? [y/N] ")
		c.press(tt.keys)
		if status, all := c.end(); status != tt.status || !strings.Contains(all, tt.text) {
			t.Errorf("%q: status %d\n%q", tt.keys, status, all)
		}
	}
	wantStatus(t, on(t, root)("register", writeTree(t, goodPack())), exitOK)
	if status, all := inTerminal(t, 80, nil, "remove", "demo", "--root", root, "--yes").end(); status != exitOK || strings.Contains(all, "[y/N]") {
		t.Errorf("--yes: status %d\n%q", status, all)
	}
}
