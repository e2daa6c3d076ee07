package envbuild_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/envbuild"
	"github.com/packtrain/pack/internal/os/childproc"
)

// need returns the path of a program. CI has all of them.
func need(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	return path
}

// A counter remembers what it starts.
type counter struct {
	pack.Runner
	mu      sync.Mutex
	started []pack.Command
}

func (c *counter) Run(ctx context.Context, cmd pack.Command) (pack.Result, error) {
	c.mu.Lock()
	c.started = append(c.started, cmd)
	c.mu.Unlock()
	return c.Runner.Run(ctx, cmd)
}

func (c *counter) commands() []pack.Command {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.started)
}

// newRealStage returns a stage with the real programs of the given names, and
// no others.
func newRealStage(t *testing.T, programs ...string) (*stage, *counter) {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	c := &counter{Runner: childproc.New(nil)}
	s := &stage{dir: dir, config: envbuild.Config{Dir: filepath.Join(dir, "envs"), Runner: c, Network: loopback()}}
	for _, name := range programs {
		path := need(t, name)
		if name == "python3" { // the shim of a version manager would need the whole path, and time
			path = script(t, path, "-c", "import os, sys; print(os.path.realpath(sys.executable))")
		}
		s.config.SearchPath = append(s.config.SearchPath, path)
	}
	return s, c
}

// loopback is a network with the servers of a test.
func loopback() pack.Network {
	return pack.Network{Policy: pack.NetworkPolicy{AllowHTTP: true, AllowPrivateHosts: []string{"127.0.0.1"}}}
}

// script runs a script in an environment and returns what it prints.
func script(t *testing.T, interpreter string, args ...string) string {
	t.Helper()
	out, err := exec.Command(interpreter, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", interpreter, args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// wheel writes a wheel of pure Python from pairs of names and contents, and
// returns its SHA-256 in hexadecimal.
func wheel(t *testing.T, dir, name, version string, files ...string) string {
	t.Helper()
	info := name + "-" + version + ".dist-info/"
	if !slices.Contains(files, info+"METADATA") {
		files = append(files, info+"METADATA", fmt.Sprintf("Metadata-Version: 2.1\nName: %s\nVersion: %s\n", name, version))
	}
	files = append(files,
		info+"WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
	)
	var record, buf bytes.Buffer
	z := zip.NewWriter(&buf)
	add := func(name, content string) {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := 0; i < len(files); i += 2 {
		sum := sha256.Sum256([]byte(files[i+1]))
		fmt.Fprintf(&record, "%s,sha256=%s,%d\n", files[i], base64.RawURLEncoding.EncodeToString(sum[:]), len(files[i+1]))
		add(files[i], files[i+1])
	}
	fmt.Fprintf(&record, "%sRECORD,,\n", info)
	if !slices.Contains(files, info+"RECORD") {
		add(info+"RECORD", record.String())
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, fmt.Sprintf("%s-%s-py3-none-any.whl", name, version)), buf.String())
	sum := sha256.Sum256(buf.Bytes())
	return hex.EncodeToString(sum[:])
}

// tarGz returns an archive of pairs of names and contents.
func tarGz(t *testing.T, files ...string) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	w := tar.NewWriter(z)
	for i := 0; i < len(files); i += 2 {
		h := &tar.Header{Name: files[i], Mode: 0o755, Size: int64(len(files[i+1])), Typeflag: tar.TypeReg}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(files[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// An npmRegistry serves version 1.0.0 of some packages.
type npmRegistry struct {
	url      string
	redirect string // where tarballs are; "": here
	login    string // what requests have to have as Authorization; "": anything

	mu       sync.Mutex
	packages map[string]npmPackage
	newer    map[string]npmPackage // as version 1.1.0
	requests []string
	auth     map[string]bool
}

type npmPackage struct {
	manifest map[string]any
	tarball  []byte
}

func (p npmPackage) integrity() string {
	sum := sha512.Sum512(p.tarball)
	return "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
}

func newNPMRegistry(t *testing.T) *npmRegistry {
	t.Helper()
	r := &npmRegistry{packages: map[string]npmPackage{}, newer: map[string]npmPackage{}, auth: map[string]bool{}}
	srv := httptest.NewServer(r)
	t.Cleanup(srv.Close)
	r.url = srv.URL
	return r
}

// add adds a package: its package.json as JSON, and further files in pairs.
func (r *npmRegistry) add(t *testing.T, name, manifest string, files ...string) {
	t.Helper()
	r.packages[name] = newNPMPackage(t, name, "1.0.0", manifest, files...)
}

func newNPMPackage(t *testing.T, name, version, manifest string, files ...string) npmPackage {
	t.Helper()
	p := npmPackage{manifest: map[string]any{}}
	if err := json.Unmarshal([]byte(manifest), &p.manifest); err != nil {
		t.Fatal(err)
	}
	p.manifest["name"], p.manifest["version"] = name, version
	text, err := json.Marshal(p.manifest)
	if err != nil {
		t.Fatal(err)
	}
	all := []string{"package/package.json", string(text)}
	for i := 0; i < len(files); i += 2 {
		all = append(all, "package/"+files[i], files[i+1])
	}
	p.tarball = tarGz(t, all...)
	return p
}

func (r *npmRegistry) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests = append(r.requests, req.Method+" "+req.URL.Path)
	r.auth[req.Header.Get("Authorization")] = true
	name, isTarball := strings.CutSuffix(strings.TrimPrefix(req.URL.Path, "/"), "/-/package.tgz")
	p, ok := r.packages[name]
	if newer, isNewer := strings.CutSuffix(strings.TrimPrefix(req.URL.Path, "/"), "/-/newer.tgz"); isNewer {
		name, isTarball = newer, true
		p, ok = r.newer[name]
	}
	switch {
	case r.login != "" && req.Header.Get("Authorization") != r.login:
		w.WriteHeader(http.StatusUnauthorized)
	case !ok:
		http.NotFound(w, req)
	case isTarball && r.redirect != "":
		http.Redirect(w, req, r.redirect, http.StatusFound)
	case isTarball:
		_, _ = w.Write(p.tarball)
	default:
		_ = json.NewEncoder(w).Encode(r.document(name, p))
	}
}

func (r *npmRegistry) document(name string, p npmPackage) any {
	versions, latest := map[string]any{"1.0.0": r.version(name, "package", p)}, "1.0.0"
	if n, ok := r.newer[name]; ok {
		latest = "1.1.0"
		versions[latest] = r.version(name, "newer", n)
	}
	return map[string]any{"name": name, "dist-tags": map[string]any{"latest": latest}, "versions": versions}
}

func (r *npmRegistry) version(name, file string, p npmPackage) any {
	version := map[string]any{"dist": map[string]any{"tarball": r.url + "/" + name + "/-/" + file + ".tgz", "integrity": p.integrity()}}
	for k, v := range p.manifest {
		version[k] = v
	}
	return version
}

// lock returns a package-lock.json for one package that is needed as "^1".
func (r *npmRegistry) lock(name, resolved, integrity string) string {
	return fmt.Sprintf(`{"name": "x", "version": "1.0.0", "lockfileVersion": 3, "requires": true, "packages": {
		"": {"name": "x", "version": "1.0.0", "dependencies": {%q: "^1"}},
		"node_modules/%s": {"version": "1.0.0", "resolved": %q, "integrity": %q}}}`, name, name, resolved, integrity)
}
