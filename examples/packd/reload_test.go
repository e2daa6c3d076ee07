package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestTokensAreReadAgain: after a SIGHUP, the tokens are those of the file; a file that
// would be refused at a start changes nothing.
func TestTokensAreReadAgain(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	file := filepath.Join(t.TempDir(), "tokens")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a:" + secret + ":read\n")
	hangup := make(chan os.Signal)
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	r := &running{t: t, stop: stop, status: make(chan int, 1), stderr: &bytes.Buffer{}}
	go func() {
		r.status <- run(ctx, p.args("--token-file", file), world{stdout: in, stderr: r.stderr, getenv: env(""), environ: os.Environ, hangup: hangup})
		_ = in.Close()
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("%v\n%s", err, r.stderr)
	}
	r.url = strings.TrimPrefix(strings.TrimSpace(line), "listening on ")
	reload := func() { // the second signal is taken once the first one was dealt with
		hangup <- syscall.SIGHUP
		hangup <- syscall.SIGHUP
	}
	check := func(when, token string, want int) {
		t.Helper()
		if got, body := r.send("GET", "/api/v1/packs", "", "Authorization", "Bearer "+token); got != want {
			t.Errorf("%s: status %d, want %d: %s", when, got, want, body)
		}
	}
	check("at the start", secret, http.StatusOK)
	write("b:canary-second:read\n")
	check("before the signal", "canary-second", http.StatusUnauthorized)
	reload()
	check("the new token", "canary-second", http.StatusOK)
	check("the old token", secret, http.StatusUnauthorized)
	write("b:short:read\n")
	reload()
	check("after a bad file", "canary-second", http.StatusOK)
	write("")
	reload()
	check("after an empty file", "canary-second", http.StatusOK)
	r.end()
	if log := r.stderr.String(); !strings.Contains(log, "the tokens were read again") || !strings.Contains(log, "those from before stay") {
		t.Errorf("the log is %s", log)
	}
}
