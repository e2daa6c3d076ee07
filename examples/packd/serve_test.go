package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test binary stand for packd, for tests that need a process of
// its own.
func TestMain(m *testing.M) {
	if os.Getenv("PACKD_TEST_AS_PROGRAM") != "" {
		main()
	}
	os.Exit(m.Run())
}

const secret = "canary-secret"

// place is where a packd of the tests works.
type place struct{ root, allowed string }

func newPlace(t *testing.T) place {
	t.Helper()
	dir := t.TempDir()
	p := place{filepath.Join(dir, "root"), filepath.Join(dir, "allowed")}
	if err := os.Mkdir(p.allowed, 0o755); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p place) args(more ...string) []string {
	return append([]string{"--addr", "127.0.0.1:0", "--root", p.root, "--allow-root", p.allowed, "--isolation", "none"}, more...)
}

// env is an environment with tokens.
func env(tokens string) func(string) string {
	return func(name string) string {
		switch name {
		case "PACKD_TOKENS":
			return tokens
		case "PATH":
			return os.Getenv(name)
		}
		return ""
	}
}

// running is a packd that serves.
type running struct {
	t      *testing.T
	url    string
	stop   context.CancelFunc
	status chan int
	stderr *bytes.Buffer // to be read once it has ended
}

// begin runs packd in this process until stop is called.
func begin(t *testing.T, args ...string) *running {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	r := &running{t: t, stop: stop, status: make(chan int, 1), stderr: &bytes.Buffer{}}
	go func() {
		w := world{stdout: in, stderr: r.stderr, getenv: env(secret + ":read+install+configure"), environ: os.Environ}
		r.status <- run(ctx, args, w)
		_ = in.Close()
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("%v\n%s", err, r.stderr)
	}
	r.url = strings.TrimPrefix(strings.TrimSpace(line), "listening on ")
	if !strings.HasPrefix(r.url, "http://127.0.0.1:") {
		t.Fatalf("the first line is %q", line)
	}
	return r
}

// end stops packd and wants it to end well.
func (r *running) end() {
	r.t.Helper()
	r.stop()
	if status := <-r.status; status != exitOK {
		r.t.Errorf("status %d\n%s", status, r.stderr)
	}
	if strings.Contains(r.stderr.String(), "canary-") {
		r.t.Errorf("the log contains a token:\n%s", r.stderr)
	}
}

// send sends a request and returns the status and the body.
func (r *running) send(method, path, body string, header ...string) (int, string) {
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.url+path, strings.NewReader(body))
	if err != nil {
		r.t.Error(err)
		return 0, ""
	}
	req.Header.Set("Authorization", "Bearer "+secret)
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := new(http.Client).Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer func() { _ = resp.Body.Close() }()
	data, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(data)
}

// slowPack writes a pack whose test makes the file begun and waits for the file
// release.
func slowPack(t *testing.T, dir string) (pack, begun, release string) {
	t.Helper()
	pack, begun, release = filepath.Join(dir, "slow"), filepath.Join(dir, "begun"), filepath.Join(dir, "release")
	script := fmt.Sprintf("#!/bin/sh\ntouch %s\nwhile ! test -e %s; do sleep 0.05; done\necho 'Total Tests: 1'; echo 'Passed: 1'\n", begun, release)
	manifest := "ref: slow\nversion: 1.0.0\nlabel: L\ndescription: D\ntesting:\n  enabled: true\n  runners:\n    unit: {type: script, entry_point: run.sh}\n"
	err := errors.Join(
		os.Mkdir(pack, 0o755),
		os.WriteFile(filepath.Join(pack, "run.sh"), []byte(script), 0o600),
		os.WriteFile(filepath.Join(pack, "pack.yaml"), []byte(manifest), 0o600),
	)
	if err != nil {
		t.Fatal(err)
	}
	return pack, begun, release
}

// poll waits for what happens elsewhere.
func poll(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for !happened() {
		select {
		case <-t.Context().Done():
			t.Fatalf("%s: it never happened", what)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

const register = "/api/v1/packs/register-batch"

// TestWorkIsFinished asks packd to end while a client waits for work.
func TestWorkIsFinished(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	pack, begun, release := slowPack(t, p.allowed)
	r := begin(t, p.args("--grace", "10m")...)
	var waiting sync.WaitGroup
	waiting.Go(func() {
		status, body := r.send("POST", register, fmt.Sprintf(`{"pack_paths":[%q]}`, pack))
		if status != http.StatusOK || !strings.Contains(body, `"success_count":1`) {
			t.Errorf("status %d: %s", status, body)
		}
	})
	poll(t, "the test of the pack", func() bool { return exists(begun) })
	r.stop()
	poll(t, "the end of listening", func() bool {
		status, _ := r.send("GET", "/healthz", "")
		return status == 0
	})
	if err := os.WriteFile(release, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	waiting.Wait()
	r.end()
}

// TestWorkGoesOnAfterRestart ends packd although work has not ended: waiting clients
// get an error, and background work continues later.
func TestWorkGoesOnAfterRestart(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	pack, begun, release := slowPack(t, p.allowed)
	body := fmt.Sprintf(`{"pack_paths":[%q]}`, pack)
	r := begin(t, p.args("--grace", "0s", "--max-jobs", "1")...)
	if status, text := r.send("POST", register, body, "Prefer", "respond-async"); status != http.StatusAccepted {
		t.Fatalf("status %d: %s", status, text)
	}
	poll(t, "the test of the pack", func() bool { return exists(begun) })
	var waiting sync.WaitGroup
	waiting.Go(func() {
		status, text := r.send("POST", register, body)
		if status != http.StatusServiceUnavailable && status != 0 {
			t.Errorf("status %d: %s", status, text)
		}
	})
	r.end()
	waiting.Wait()
	if err := os.WriteFile(release, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r = begin(t, p.args()...)
	poll(t, "the pack", func() bool {
		status, _ := r.send("GET", "/api/v1/packs/slow", "")
		return status == http.StatusOK
	})
	r.end()
}

func TestWrongUsage(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	file := filepath.Join(p.allowed, "tokens")
	if err := os.WriteFile(file, []byte("# none\n\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := secret + ":read"
	for _, tt := range []struct {
		name, tokens string
		args         []string
		status       int
		want         string
	}{
		{"no tokens", "", nil, exitUsage, "--token-file"},
		{"empty token file", good, []string{"--token-file", file}, exitUsage, "PACKD_TOKENS"},
		{"no token file", good, []string{"--token-file", file + "x"}, exitUsage, "no such file"},
		{"token without scopes", secret, nil, exitUsage, "entry 1: token: want NAME:SECRET:SCOPE"},
		{"unknown scope", secret + ":root", nil, exitUsage, "want scopes out of"},
		{"short secret", "x:read", nil, exitUsage, "at least 8"},
		{"unknown flag", good, []string{"--nope"}, exitUsage, "unknown flag"},
		{"argument", good, []string{"serve"}, exitUsage, `unexpected argument "serve"`},
		{"no jobs", good, []string{"--max-jobs", "0"}, exitUsage, "--max-jobs 0"},
		{"bad provided pack", good, []string{"--provide", "Core"}, exitUsage, `pack ref "Core"`},
		{"bad platform version", good, []string{"--platform-version", "2"}, exitUsage, `--platform-version: version "2"`},
		{"overlap", good, []string{"--root", "/", "--allow-root", os.TempDir()}, exitFailed, "overlap"},
		{"missing allowed root", good, []string{"--allow-root", "/nowhere/at/all"}, exitFailed, "/nowhere/at/all"},
		{"bad address", "a-secret-of-32-characters-or-more:read", []string{"--addr", "nowhere"}, exitFailed, "nowhere"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			p := newPlace(t)
			status := run(t.Context(), p.args(tt.args...), world{stdout: &stdout, stderr: &stderr, getenv: env(tt.tokens), environ: os.Environ})
			if status != tt.status || !strings.Contains(stderr.String(), tt.want) || stdout.Len() > 0 {
				t.Errorf("status %d, want %d and %q\n%s%s", status, tt.status, tt.want, &stdout, &stderr)
			}
			if strings.Contains(stderr.String(), "canary-") {
				t.Errorf("a token is shown: %s", &stderr)
			}
		})
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	var stdout bytes.Buffer
	status := run(t.Context(), []string{"--help"}, world{stdout: &stdout, stderr: io.Discard, getenv: env(""), environ: os.Environ})
	if status != exitOK || !strings.Contains(stdout.String(), "--token-file") {
		t.Errorf("status %d: %s", status, &stdout)
	}
}

// TestSignal ends a packd by SIGTERM. Its tokens come from a file.
// TestVersion needs nothing that serving needs.
func TestVersion(t *testing.T) {
	t.Parallel()
	var stdout bytes.Buffer
	status := run(t.Context(), []string{"--version"}, world{stdout: &stdout, stderr: io.Discard, getenv: env(""), environ: os.Environ})
	if got := stdout.String(); status != exitOK || !strings.HasPrefix(got, "packd ") || !strings.Contains(got, "commit ") {
		t.Errorf("status %d, got %q", status, got)
	}
}

func TestSignal(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	file := filepath.Join(p.allowed, "tokens")
	if err := os.WriteFile(file, []byte("# of the tests\n"+secret+":read\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, p.args("--token-file", file)...)
	cmd.Env = append(os.Environ(), "PACKD_TEST_AS_PROGRAM=1")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	r := &running{t: t, url: strings.TrimSpace(strings.TrimPrefix(line, "listening on "))}
	if status, body := r.send("GET", "/api/v1/packs", ""); status != http.StatusOK {
		t.Errorf("status %d: %s", status, body)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}
