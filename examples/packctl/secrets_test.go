package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/pem"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSecretsAreNotTold puts a secret into every place for one, makes commands
// succeed and fail, and looks for the secrets in all that is printed and in all
// files that are left.
func TestSecretsAreNotTold(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	w := newSecretWorld(t)
	root := t.TempDir()
	install := append([]string{"install", "--root", root}, w.flags()...)
	with := func(more ...string) []string { return append(append([]string{}, install...), more...) }
	var said strings.Builder
	for name, tc := range map[string]struct {
		args   []string
		status int
	}{
		"by the index":       {with("demo"), exitOK},
		"by address":         {with("--json", w.archives.URL+"/other.tar.gz?token=canary-query"), exitOK},
		"not there":          {with(w.archives.URL + "/missing.tar.gz?token=canary-query"), exitFailed},
		"no archive":         {with("--json", w.archives.URL+"/page.tar.gz?token=canary-query"), exitFailed},
		"password in a URL":  {with(strings.Replace(w.archives.URL, "//", "//user:canary-user@", 1) + "/other.tar.gz"), exitFailed},
		"no such package":    {with("--python-index", strings.Replace(w.python.URL, "//", "//user:canary-pip@", 1), w.archives.URL+"/python.tar.gz?token=canary-query"), exitFailed},
		"other credentials":  {with("--credentials", writeSecret(t, w.archives.URL+" bearer canary-wrong"), w.archives.URL+"/other.tar.gz"), exitFailed},
		"broken credentials": {with("--credentials", writeSecret(t, w.archives.URL+" canary-broken"), "demo"), exitUsage},
		"dead proxy":         {with("--proxy", "http://user:canary-proxy@127.0.0.1:1", w.archives.URL+"/other.tar.gz"), exitFailed},
		"broken proxy":       {with("--proxy", "socks5://user:canary-proxy@127.0.0.1:1", "demo"), exitFailed},
	} {
		o := w.run(t, tc.args)
		if o.status != tc.status {
			t.Errorf("%s: status %d, want %d: %s%s", name, o.status, tc.status, o.stdout, o.stderr)
		}
		fmt.Fprintf(&said, "%s: %s\n%s\n", name, o.stdout, o.stderr)
	}
	for _, args := range [][]string{{"list", "--root", root, "--json"}, {"show", "other", "--root", root}} {
		o := w.run(t, args)
		wantStatus(t, o, exitOK)
		fmt.Fprintf(&said, "%q: %s\n%s\n", args, o.stdout, o.stderr)
	}
	for line := range strings.Lines(said.String()) {
		if strings.Contains(line, "canary") {
			t.Errorf("printed: %s", line)
		}
	}
	wantNoSecrets(t, root)
}

// wantNoSecrets looks into every file.
func wantNoSecrets(t *testing.T, root string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte("canary")) {
			t.Errorf("a secret is in %s", path)
		}
		return err
	})
	if err != nil || files < 2 {
		t.Errorf("looked into %d files: %v", files, err)
	}
}

// A secretWorld has an index, archives, a storage they redirect to, and a proxy
// before all of them, each with a secret of its own.
type secretWorld struct {
	index, archives, storage, python *httptest.Server
	proxy, ca, credentials           string
}

func newSecretWorld(t *testing.T) *secretWorld {
	t.Helper()
	w := &secretWorld{}
	demo, other, python := packArchive(t, "demo", ""), packArchive(t, "other", ""), packArchive(t, "python", "nothing==1.0\n")
	w.storage = secretServer(t, "", func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("signature") == "canary-signature" {
			rw.Write(demo)
		}
	})
	w.archives = secretServer(t, "Bearer canary-bearer", func(rw http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/demo.tar.gz":
			http.Redirect(rw, r, w.storage.URL+"/x?signature=canary-signature", http.StatusFound)
		case "/other.tar.gz":
			rw.Write(other)
		case "/python.tar.gz":
			rw.Write(python)
		case "/page.tar.gz":
			io.WriteString(rw, "<html>")
		default:
			http.NotFound(rw, r)
		}
	})
	w.index = secretServer(t, "canary-header", func(rw http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(rw, `{"version": "1.0", "packs": [{"ref": "demo", "version": "1.0.0", "install_sources": [
			{"type": "archive", "url": "%s/demo.tar.gz", "checksum": "sha256:%x"}]}]}`, w.archives.URL, sha256.Sum256(demo))
	})
	w.python = httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(w.python.Close)
	w.proxy = startProxy(t)
	w.ca = writeSecret(t, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: w.index.Certificate().Raw})))
	w.credentials = writeSecret(t, w.index.URL+" header Private-Token canary-header\n"+w.archives.URL+" bearer canary-bearer\n")
	return w
}

func (w *secretWorld) flags() []string {
	return []string{
		"--index", w.index.URL + "/index.json?key=canary-key", "--credentials", w.credentials, "--ca-file", w.ca,
		"--proxy", "http://user:canary-proxy@" + w.proxy, "--allow-private", "127.0.0.1",
	}
}

// run runs a command where the environment has secrets, too.
func (w *secretWorld) run(t *testing.T, args []string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status := run(t.Context(), args, world{
		stdout: &stdout, stderr: &stderr, getenv: os.Getenv,
		environ: func() []string {
			return []string{
				"HTTPS_PROXY=user:canary-env@127.0.0.1:1", "ALL_PROXY=socks5://user:canary-env@127.0.0.1:1", "SECRET=canary-env",
			}
		},
	})
	return outcome{status, stdout.String(), stderr.String()}
}

// secretServer serves requests with a secret, and "" without one.
func secretServer(t *testing.T, secret string, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	srv := httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Authorization") + r.Header.Get("Private-Token"); got != secret {
			if secret == "" {
				t.Errorf("the storage got %q", got)
			}
			rw.WriteHeader(http.StatusUnauthorized)
			return
		}
		h(rw, r)
	}))
	t.Cleanup(srv.Close)
	return srv
}

// startProxy connects clients with its password.
func startProxy(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go tunnel(conn)
		}
	}()
	return ln.Addr().String()
}

func tunnel(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	req, err := http.ReadRequest(in)
	if err != nil {
		return
	}
	req.Header.Set("Authorization", req.Header.Get("Proxy-Authorization"))
	if _, password, _ := req.BasicAuth(); password != "canary-proxy" {
		io.WriteString(conn, "HTTP/1.1 407 canary-proxy\r\n\r\n")
		return
	}
	server, err := net.Dial("tcp", req.Host)
	if err != nil {
		return
	}
	defer server.Close()
	io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
	go io.Copy(server, in)
	io.Copy(conn, server)
}

func packArchive(t *testing.T, ref, requirements string) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	w := tar.NewWriter(z)
	files := map[string]string{"pack.yaml": "ref: " + ref + "\nversion: 1.0.0\nlabel: A\ndescription: A pack\n"}
	if requirements != "" {
		files["requirements.txt"] = requirements
	}
	for name, content := range files {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(content))}); err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, content)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func writeSecret(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
