package main

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// serveDirectory serves an index directory until the test ends.
func serveDirectory(t *testing.T, path string) (url string) {
	t.Helper()
	dir, err := os.OpenRoot(path)
	if err != nil {
		t.Fatal(err)
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- serveFiles(ctx, l, dir) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		_ = dir.Close()
	})
	return "http://" + l.Addr().String()
}

// TestPublish makes a registry of two commands, and installs from it.
func TestPublish(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "registry") // index add makes it
	file := filepath.Join(dir, "index.json")
	wantStatus(t, packctl(t, "index", "add", file, demoPack(t, "1.0.0"), demoPack(t, "1.1.0")), exitOK)
	url := serveDirectory(t, dir)
	run := on(t, t.TempDir())
	from := []string{"--index", url + "/index.json", "--allow-http", "--allow-private", "127.0.0.1"}
	wantStatus(t, run(append(from, "install", "demo@^1.0")...), exitOK)
	if packs := decode[listReport](t, run("list", "--json")).Packs; len(packs) != 1 || packs[0].Version != mustVersion(t, "1.1.0") {
		t.Errorf("got %+v", packs)
	}

	changed := demoPack(t, "1.1.0")
	if err := os.WriteFile(filepath.Join(changed, "more.txt"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := packctl(t, "index", "add", file, changed)
	if wantStatus(t, o, exitFailed); !strings.Contains(o.stderr, "--replace-published") {
		t.Errorf("got %s", o.stderr)
	}
	wantStatus(t, run(append(from, "install", "--replace", "any", "demo@1.1.0")...), exitOK)
	wantStatus(t, packctl(t, "index", "add", file, changed, "--replace-published"), exitOK)
	wantStatus(t, packctl(t, "index", "remove", file, "demo@1.0.0"), exitOK)
	if o := packctl(t, "search", "--index", file); o.stdout != "PACK  VERSION  INDEX       LABEL\ndemo  1.1.0    index.json  Demo\n" {
		t.Errorf("got %s%s", o.stdout, o.stderr)
	}
	wantStatus(t, packctl(t, "index", "remove", file, "demo@1.0.0"), exitFailed)
	wantStatus(t, packctl(t, "index", "remove", file, "demo@x"), exitUsage)
	wantStatus(t, packctl(t, "index", "add", file), exitUsage)
	wantStatus(t, packctl(t, "index"), exitUsage)
}

// TestPack: the archive has the same bytes each time, and can be installed.
func TestPack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	named := filepath.Join(dir, "x.tar.gz")
	wantStatus(t, packctl(t, "pack", demoPack(t, "1.0.0"), "--out", dir), exitOK)
	r := decode[packReport](t, packctl(t, "pack", demoPack(t, "1.0.0"), "--out", named, "--json"))
	first, err := os.ReadFile(filepath.Join(dir, "demo-1.0.0.tar.gz"))
	second, err2 := os.ReadFile(named)
	if err != nil || err2 != nil || !bytes.Equal(first, second) || r.Size != len(first) {
		t.Errorf("%v, %v, %+v", err, err2, r)
	}
	wantStatus(t, on(t, t.TempDir())("install", named), exitOK)
	broken := writeTree(t, map[string]string{"pack.yaml": "ref: demo\nversion: 1.0.0\n", "actions/a.yaml": "ref: demo.a\nrunner_type: shell\nentry_point: lost.sh\n"})
	o := packctl(t, "pack", broken, "--out", filepath.Join(dir, "broken.tar.gz"))
	if wantStatus(t, o, exitFailed); !strings.Contains(o.stderr, "lost.sh") {
		t.Errorf("got %s", o.stderr)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "broken*")); err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

// TestServedFiles: an index is asked for again by its entity tag, archives in parts, and
// nothing is listed or changed.
func TestServedFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "index.json"), []byte("0123456789"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	url := serveDirectory(t, dir)
	ask := func(method, path string, header ...string) (int, string, string) {
		r, err := http.NewRequestWithContext(t.Context(), method, url+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		var b bytes.Buffer
		_, _ = b.ReadFrom(resp.Body)
		return resp.StatusCode, b.String(), resp.Header.Get("ETag")
	}
	status, body, tag := ask("GET", "/index.json")
	if status != 200 || body != "0123456789" || tag == "" {
		t.Errorf("got %d, %q, %q", status, body, tag)
	}
	if status, _, _ := ask("GET", "/index.json", "If-None-Match", tag); status != 304 {
		t.Errorf("got %d", status)
	}
	if status, body, _ := ask("GET", "/index.json", "Range", "bytes=4-", "If-Range", tag); status != 206 || body != "456789" {
		t.Errorf("got %d, %q", status, body)
	}
	for _, path := range []string{"/", "/link", "/../index.json/x", "/absent", "//etc/passwd"} {
		if status, body, _ := ask("GET", path); status == 200 {
			t.Errorf("%s: got %q", path, body)
		}
	}
	if status, _, _ := ask("PUT", "/index.json"); status != 405 {
		t.Errorf("got %d", status)
	}
}
