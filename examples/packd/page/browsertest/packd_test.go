package browsertest

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// program is the path of packd, which TestMain builds.
var program string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "browsertest-")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		program = filepath.Join(dir, "packd")
		build := exec.Command("go", "build", "-o", program, "./packd")
		build.Dir = filepath.Join("..", "..", "..")
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "build packd: %v\n%s", err, out)
			return 1
		}
		return m.Run()
	}())
}

// The secrets of the tests, which no page, address or log may show.
const (
	token  = "canary-of-the-token-0123456789abcdef"
	secret = "canary-of-the-configuration-0123456789"
)

// A packd is a running service with packs to install.
type packd struct {
	t    *testing.T
	dir  string // contains the others
	url  string
	args []string
	log  buffer

	process *exec.Cmd
}

// buffer is a log that is read while it is written.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *buffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *buffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// startPackd starts a service with an index of packs, the versions of which are given by
// ref. The directory "packs" may be read.
func startPackd(t *testing.T) *packd {
	t.Helper()
	p := &packd{t: t, dir: t.TempDir()}
	for _, name := range []string{"packs", "packs/index"} {
		if err := os.Mkdir(filepath.Join(p.dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	tokens := filepath.Join(p.dir, "tokens")
	writeFile(t, tokens, "person:"+token+":read+install+configure\n")
	p.args = []string{
		"--root", filepath.Join(p.dir, "root"), "--allow-root", filepath.Join(p.dir, "packs"), "--token-file", tokens,
		"--index", "shelf=" + p.writeIndex(), "--isolation", "none", "--allow-private", "127.0.0.1",
	}
	p.start("127.0.0.1:0")
	t.Cleanup(p.stop)
	return p
}

// start starts the process, and waits until it listens.
func (p *packd) start(addr string) {
	p.t.Helper()
	p.process = exec.CommandContext(context.WithoutCancel(p.t.Context()), program, append(p.args, "--addr", addr)...)
	p.process.Stderr = &p.log
	p.process.Env = append(os.Environ(), "HOME="+p.dir)
	out, err := p.process.StdoutPipe()
	if err == nil {
		err = p.process.Start()
	}
	if err != nil {
		p.t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if err != nil || !ok {
		p.stop()
		p.t.Fatalf("packd does not listen: %q, %v\n%s", line, err, p.log.String())
	}
	p.url = url
}

// stop ends the process at once, as a crash does.
func (p *packd) stop() {
	if p.process == nil {
		return
	}
	_ = p.process.Process.Kill()
	_ = p.process.Wait()
	p.process = nil
}

// restart starts the process again, at the same address.
func (p *packd) restart() {
	p.t.Helper()
	p.start(strings.TrimPrefix(p.url, "http://"))
}

// call sends a request to the API, and returns the data of the answer.
func (p *packd) call(method, path string, body any) json.RawMessage {
	p.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		p.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(p.t.Context(), method, p.url+path, bytes.NewReader(data))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	res, err := new(http.Client).Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		p.t.Fatalf("%s %s: %d, %v\n%s", method, path, res.StatusCode, err, answer)
	}
	var envelope struct{ Data json.RawMessage }
	if err := json.Unmarshal(answer, &envelope); err != nil {
		p.t.Fatal(err)
	}
	return envelope.Data
}

// register registers directories of packs.
func (p *packd) register(paths ...string) {
	p.t.Helper()
	var report struct {
		Failed []any `json:"failed_packs"`
	}
	if err := json.Unmarshal(p.call("POST", "/api/v1/packs/register-batch", map[string]any{"pack_paths": paths}), &report); err != nil || len(report.Failed) > 0 {
		p.t.Fatalf("register: %v, %v", err, report.Failed)
	}
}

// pack writes a pack below "packs" and returns its directory; more is added to pack.yaml.
func (p *packd) pack(ref, version, more string) string {
	p.t.Helper()
	dir := filepath.Join(p.dir, "packs", ref+"-"+version)
	for name, content := range packFiles(ref, version, more) {
		writeFile(p.t, filepath.Join(dir, name), content)
	}
	return dir
}

func packFiles(ref, version, more string) map[string]string {
	return map[string]string{
		"pack.yaml":        "ref: " + ref + "\nversion: " + version + "\nlabel: The " + ref + " pack\ndescription: Does what " + ref + " does\nauthor: Packtrain\nlicense: Apache-2.0\n" + more,
		"actions/run.yaml": "ref: " + ref + ".run\nlabel: Run\ndescription: Runs " + version + "\nentry_point: run.sh\nparameters:\n  channel: {type: string, description: Where to write, required: true}\n  key: {type: string, secret: true}\n  retries: {type: integer, default: 3}\n",
		"actions/run.sh":   "#!/bin/sh\necho " + version + "\n",
	}
}

func writeFile(t *testing.T, file, content string) {
	t.Helper()
	err := os.MkdirAll(filepath.Dir(file), 0o755)
	if err = errors.Join(err, os.WriteFile(file, []byte(content), 0o600)); err != nil {
		t.Fatal(err)
	}
}

// settings is a conf_schema with a secret, and one value of each kind.
const settings = `conf_schema:
  channel: {type: string, description: Where messages go, required: true}
  password: {type: string, secret: true}
  retries: {type: integer, default: 3}
  verbose: {type: boolean}
  level: {type: string, enum: [low, high]}
`

// writeIndex writes an index with the packs that the tests install.
func (p *packd) writeIndex() string {
	type m = map[string]any
	var packs []any
	for _, x := range []struct{ ref, version, more string }{
		{"mailer", "1.0.0", settings},
		{"mailer", "1.1.0", settings},
		{"reports", "2.0.0", "dependencies: [mailer@^1]\n"},
		{"weather", "0.3.0", ""},
	} {
		data := archive(p.t, x.ref+"-"+x.version, packFiles(x.ref, x.version, x.more))
		name := x.ref + "-" + x.version + ".tar.gz"
		writeFile(p.t, filepath.Join(p.dir, "packs", "index", name), string(data))
		entry := m{
			"ref": x.ref, "version": x.version, "label": "The " + x.ref + " pack", "description": "Does what " + x.ref + " does",
			"author": "Packtrain", "license": "Apache-2.0", "keywords": []string{"sample"}, "runtime_deps": []string{"shell"},
			"install_sources": []m{{"type": "archive", "url": name, "checksum": fmt.Sprintf("sha256:%x", sha256.Sum256(data))}},
			"contents":        m{"actions": []m{{"name": "run", "description": "Runs"}}, "sensors": []m{}, "triggers": []m{}, "rules": []m{}, "workflows": []m{}},
		}
		if x.ref == "reports" {
			entry["dependencies"] = m{"packs": []string{"mailer@^1"}}
		}
		packs = append(packs, entry)
	}
	data, err := json.Marshal(m{"registry_name": "Shelf", "registry_url": "https://shelf.invalid", "version": "1.0", "last_updated": "2026-01-01T00:00:00Z", "packs": packs})
	if err != nil {
		p.t.Fatal(err)
	}
	file := filepath.Join(p.dir, "packs", "index", "index.json")
	writeFile(p.t, file, string(data))
	return file
}

// archive returns files as a .tar.gz.
func archive(t *testing.T, top string, files map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	gz := gzip.NewWriter(&out)
	w := tar.NewWriter(gz)
	var err error
	for _, name := range []string{"pack.yaml", "actions/run.yaml", "actions/run.sh"} {
		err = errors.Join(err, w.WriteHeader(&tar.Header{Name: top + "/" + name, Mode: 0o755, Size: int64(len(files[name]))}))
		_, writeErr := w.Write([]byte(files[name]))
		err = errors.Join(err, writeErr)
	}
	if err = errors.Join(err, w.Close(), gz.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
