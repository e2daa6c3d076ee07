package host_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/host"
)

// A nodeShop is a registry of Node.js packages; each has the versions 1.0.0 to latest.
type nodeShop struct {
	mu       sync.Mutex
	url      string
	latest   int               // the minor version
	requires map[string]string // what a package requires, as JSON
}

func (s *nodeShop) tarball(t *testing.T, name, version string) []byte {
	t.Helper()
	text := fmt.Sprintf(`{"name": %q, "version": %q, "dependencies": %s}`, name, version, s.requires[name])
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	err := w.WriteHeader(&tar.Header{Name: "package/package.json", Mode: 0o644, Size: int64(len(text)), Typeflag: tar.TypeReg})
	if err == nil {
		_, err = w.Write([]byte(text))
	}
	for _, err := range []error{err, w.Close(), z.Close()} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func (s *nodeShop) serve(t *testing.T) http.HandlerFunc {
	t.Helper()
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		name, version, isTarball := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/-/")
		switch {
		case s.requires[name] == "":
			http.NotFound(w, r)
			return
		case isTarball:
			_, _ = w.Write(s.tarball(t, name, strings.TrimSuffix(version, ".tgz")))
			return
		}
		versions, version := map[string]any{}, ""
		for i := range s.latest + 1 {
			version = fmt.Sprintf("1.%d.0", i)
			sum := sha512.Sum512(s.tarball(t, name, version))
			versions[version] = map[string]any{
				"name": name, "version": version, "dependencies": json.RawMessage(s.requires[name]),
				"dist": map[string]any{"tarball": s.url + "/" + name + "/-/" + version + ".tgz", "integrity": "sha512-" + base64.StdEncoding.EncodeToString(sum[:])},
			}
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"name": name, "dist-tags": map[string]any{"latest": version}, "versions": versions})
	}
}

// versionsIn are the versions of the Node.js packages of a pack.
func versionsIn(t *testing.T, h *host.Host, ref pack.Ref, names ...string) string {
	t.Helper()
	details, err := h.Store.Show(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(details.Active.Environments[0].Path, name, "package.json"))
		var p struct{ Version string }
		if err == nil {
			err = json.Unmarshal(data, &p)
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, name+" "+p.Version)
	}
	return strings.Join(all, ", ")
}

// TestSyncLocksNode: a lock makes the same node_modules although the registry has newer
// releases, also by another registry with the same packages.
func TestSyncLocksNode(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	npm, err2 := exec.LookPath("npm")
	if err != nil || err2 != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err, err2)
		}
		t.Skip(err, err2)
	}
	s := openShop(t)
	s.node["extra@1.0.0"] = `{"dependencies": {"web": "^1"}}`
	shops := &nodeShop{requires: map[string]string{"web": `{"kit": ">=1 <2"}`, "kit": `{}`}}
	open := func() *host.Host {
		srv := httptest.NewServer(shops.serve(t))
		t.Cleanup(srv.Close)
		shops.mu.Lock()
		shops.url = srv.URL
		shops.mu.Unlock()
		c := s.config(t.TempDir())
		c.SearchPath, c.NodeRegistry = []string{node, npm}, srv.URL
		return openHost(t, c)
	}
	wants := wanted(t, "extra@^1")
	h := open()
	first := mustSync(t, h, host.SyncRequest{Wants: wants})
	const old = "web 1.0.0, kit 1.0.0"
	if got := versionsIn(t, h, "extra", "web", "kit"); got != old {
		t.Errorf("got %s", got)
	}
	text := string(first.Lock.Bytes())
	if !strings.Contains(text, "  want web@^1\n") || !strings.Contains(text, `with {"dependencies":{"kit":">=1 <2"}}`) || strings.Contains(text, "web/-/") {
		t.Fatalf("got\n%s", text)
	}
	shops.mu.Lock()
	shops.latest = 1
	shops.mu.Unlock()
	other := open()
	mustSync(t, other, host.SyncRequest{Wants: wants, Lock: first.Lock, Locked: true})
	if got := versionsIn(t, other, "extra", "web", "kit"); got != old {
		t.Errorf("of the lock: %s", got)
	}
	wantSteps(t, mustSync(t, other, host.SyncRequest{Wants: wants, Lock: first.Lock}), "keep extra")
	mustSync(t, other, host.SyncRequest{Wants: wants, Lock: first.Lock, Update: []pack.Ref{"extra"}})
	if got := versionsIn(t, other, "extra", "web", "kit"); got != "web 1.1.0, kit 1.1.0" {
		t.Errorf("updated: %s", got)
	}
}
