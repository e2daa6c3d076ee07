package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// clients is how many tokens there are: packd limits the requests of each.
const clients = 10

// packd is a process of packd.
type packd struct {
	url    string
	tokens []string
	packs  string // where packs are read
	cmd    *exec.Cmd
}

// startPackd builds packd and starts it with a root below dir. It ends with ctx,
// unless it is stopped before.
func startPackd(ctx context.Context, dir string) (*packd, error) {
	p := &packd{packs: filepath.Join(dir, "packs")}
	binary := filepath.Join(dir, "packd")
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, "github.com/packtrain/pack/examples/packd")
	if text, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build packd: %w\n%s", err, text)
	}
	if err := os.Mkdir(p.packs, 0o755); err != nil {
		return nil, err
	}
	var grants []string
	for range clients {
		p.tokens = append(p.tokens, rand.Text())
		grants = append(grants, p.tokens[len(p.tokens)-1]+":read+install")
	}
	p.cmd = exec.CommandContext(ctx, binary, "--addr", "127.0.0.1:0", "--root", filepath.Join(dir, "root"), "--allow-root", p.packs)
	p.cmd.Env = append(os.Environ(), "PACKD_TOKENS="+strings.Join(grants, ","))
	return p, p.start(filepath.Join(dir, "log"))
}

// start starts the process and reads where it listens.
func (p *packd) start(logFile string) error {
	log, err := os.Create(logFile)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	p.cmd.Stderr = log
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	p.cmd.WaitDelay = 10 * time.Second
	if err := p.cmd.Start(); err != nil {
		return err
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if !ok {
		said, _ := os.ReadFile(logFile)
		return errors.Join(fmt.Errorf("packd said %q: %w\n%s", line, err, said), p.stop())
	}
	go func() { _, _ = io.Copy(io.Discard, stdout) }()
	p.url = url
	return nil
}

// stop ends the process as a user would.
func (p *packd) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	if err := p.cmd.Wait(); err != nil {
		return fmt.Errorf("packd: %w", err)
	}
	return nil
}

// peakMemory returns how many bytes of memory the process took at its most.
func (p *packd) peakMemory() (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		var kib int64
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kib); err == nil {
			return kib << 10, nil
		}
	}
	return 0, errors.New("the system does not report how much memory a process takes")
}
