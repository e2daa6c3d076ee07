package host_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/internal/testkit/archivetest"
	"github.com/packtrain/pack/source/registrysource"
	"github.com/packtrain/pack/source/web"
)

// A counted server serves an index with an entity tag, and an archive, and counts the
// bodies that it sent.
type counted struct {
	mu   sync.Mutex
	sent map[string]int
}

func (c *counted) count(path string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent[path]++
}

func serveCounted(t *testing.T) (c *counted, config host.Config) {
	t.Helper()
	c = &counted{sent: map[string]int{}}
	archive := archivetest.ZipOf(archivetest.Entry{Name: "pack.yaml", Content: demo("base")["pack.yaml"]})
	sum := sha256.Sum256(archive)
	var base string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/base.zip":
			c.count(r.URL.Path)
			_, _ = w.Write(archive)
		case r.Header.Get("If-None-Match") == `"1"`:
			w.WriteHeader(http.StatusNotModified)
		default:
			c.count(r.URL.Path)
			w.Header().Set("ETag", `"1"`)
			_ = json.NewEncoder(w).Encode(map[string]any{"registry_name": "T", "registry_url": base, "version": "1.0", "packs": []any{map[string]any{
				"ref": "base", "label": "B", "description": "B", "version": "1.0.0", "author": "a", "license": "MIT",
				"install_sources": []any{map[string]any{"type": "archive", "url": base + "/base.zip", "checksum": "sha256:" + hex.EncodeToString(sum[:])}},
			}}})
		}
	}))
	t.Cleanup(srv.Close)
	base = srv.URL
	return c, host.Config{
		Root: t.TempDir(), Indices: []registrysource.Index{{URL: base + "/index.json"}},
		Network: pack.Network{Policy: pack.NetworkPolicy{AllowHTTP: true, AllowPrivateHosts: []string{"127.0.0.1"}}},
	}
}

func downloadBase(t *testing.T, c host.Config) error {
	t.Helper()
	h := openHost(t, c)
	_, err := h.Installer.Download(t.Context(), installer.DownloadRequest{Specs: []string{"base"}, Dest: t.TempDir()})
	return err
}

// TestCache: the next host of a root transfers neither the index nor the pack, also
// when it is offline, unless the cache is off or deleted.
func TestCache(t *testing.T) {
	t.Parallel()
	server, config := serveCounted(t)
	offline := config
	offline.Network.Offline = true
	if err := downloadBase(t, offline); !errors.Is(err, web.ErrOffline) || !errors.Is(err, pack.ErrUnavailable) {
		t.Errorf("offline without a cache: got %v", err)
	}
	for range 3 {
		must(t, downloadBase(t, config))
	}
	must(t, downloadBase(t, offline))
	if diff := cmp.Diff(map[string]int{"/base.zip": 1, "/index.json": 1}, server.sent); diff != "" {
		t.Errorf("with a cache: -want +got\n%s", diff)
	}
	must(t, os.RemoveAll(filepath.Join(config.Root, "cache")))
	off := config
	off.NoCache = true
	for range 2 {
		must(t, downloadBase(t, off))
	}
	if diff := cmp.Diff(map[string]int{"/base.zip": 3, "/index.json": 3}, server.sent); diff != "" {
		t.Errorf("without one: -want +got\n%s", diff)
	}
	if _, err := os.Stat(filepath.Join(config.Root, "cache")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a cache that is off was written: %v", err)
	}
	if err := downloadBase(t, offline); !errors.Is(err, web.ErrOffline) {
		t.Errorf("offline, with the cache deleted: got %v", err)
	}
}

// TestSharedCache: roots with one cache transfer everything once.
func TestSharedCache(t *testing.T) {
	t.Parallel()
	server, config := serveCounted(t)
	config.CacheDir = filepath.Join(t.TempDir(), "cache")
	for range 3 {
		config.Root = t.TempDir()
		must(t, downloadBase(t, config))
	}
	config.Root, config.Network.Offline = t.TempDir(), true
	must(t, downloadBase(t, config))
	if diff := cmp.Diff(map[string]int{"/base.zip": 1, "/index.json": 1}, server.sent); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	config.CacheDir = "cache"
	if _, err := host.Open(t.Context(), config); pack.CodeOf(err) != pack.CodeInvalidRequest {
		t.Errorf("a relative path: %v", err)
	}
}

// TestWarm: a root is brought to a lock without a network after its packs were put into the
// cache, which installs nothing.
func TestWarm(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	wants := wanted(t, "app", "tool")
	made := mustSync(t, openHost(t, s.config(t.TempDir())), host.SyncRequest{Wants: wants}).Lock
	config := s.config(t.TempDir())
	config.CacheDir = filepath.Join(t.TempDir(), "cache")
	h := openHost(t, config)
	s.count()
	rep, err := h.Warm(t.Context(), made, nil)
	must(t, err)
	if n := s.count(); len(rep.Downloaded) != len(made.Packs) || n != len(made.Packs) {
		t.Errorf("%d of %d downloaded with %d requests", len(rep.Downloaded), len(made.Packs), n)
	}
	if rep, err = h.Warm(t.Context(), made, nil); err != nil || len(rep.Downloaded) != 0 || s.count() != 0 {
		t.Errorf("again: %+v, %v", rep, err)
	}
	if got := state(t, h); len(got) != 0 {
		t.Errorf("installed: %q", got)
	}
	config.Root, config.Network.Offline = t.TempDir(), true
	other := openHost(t, config)
	mustSync(t, other, host.SyncRequest{Wants: wants, Lock: made, Locked: true})
	if got := state(t, other); len(got) != len(made.Packs) {
		t.Errorf("got %q", got)
	}
	config.NoCache, config.Root = true, t.TempDir()
	if _, err := openHost(t, config).Warm(t.Context(), made, nil); pack.CodeOf(err) != pack.CodeInvalidRequest {
		t.Errorf("without a cache: %v", err)
	}
}
