package host_test

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps/lock"
	"github.com/packtrain/pack/installer/bundle"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/source/registrysource/signature"
)

// bundled returns the path of a bundle of a lock.
func bundled(t *testing.T, h *host.Host, l *lock.Lock, directory bool) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bundle")
	if _, err := h.Bundle(t.Context(), host.BundleRequest{Lock: l, Path: path, Directory: directory}); err != nil {
		t.Fatal(err)
	}
	b, err := bundle.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	if err := b.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	return path
}

// TestBundle: a root is brought to a lock from a bundle alone, by pip and by uv, and has the
// same packs and packages; and packs of the bundle are installed by their names.
func TestBundle(t *testing.T) {
	t.Parallel()
	s, config, wheels := openPythonShop(t)
	h := openHost(t, config(t))
	wants := wanted(t, "app@^1", "tool")
	l := mustSync(t, h, host.SyncRequest{Wants: wants}).Lock
	want, installed := state(t, h), packages(t, h)
	if len(installed) == 0 {
		t.Fatal("no packages are installed")
	}
	for tool, directory := range map[string]bool{"pip": false, "uv": true} {
		path := bundled(t, h, l, directory)
		t.Run(tool, func(t *testing.T) {
			t.Parallel()
			c := config(t)
			c.Bundle, c.FindLinks, c.PythonIndex, c.NodeRegistry = path, []string{"/nowhere"}, "http://127.0.0.1:1/", "http://127.0.0.1:1/"
			if c.SearchPath = c.SearchPath[:1]; tool == "uv" {
				uv, err := exec.LookPath("uv")
				if err != nil {
					t.Skip(err)
				}
				c.SearchPath = append(c.SearchPath, uv)
			}
			other := openHost(t, c)
			mustSync(t, other, host.SyncRequest{Wants: wants, Lock: l, Locked: true})
			if diff := cmp.Diff(want, state(t, other)); diff != "" {
				t.Errorf("packs (-want +got)\n%s", diff)
			}
			wantPackages(t, other, installed)
		})
	}
	release(t, wheels, "kit", "2.0")
	s.count()
	c := config(t)
	c.Bundle, c.Indices, c.Network = bundled(t, h, l, false), nil, pack.Network{}
	s.count()
	fresh := openHost(t, c)
	if _, err := fresh.Install(t.Context(), pipeline.Request{Specs: []string{"app"}}); err != nil {
		t.Fatal(err)
	}
	wantPackages(t, fresh, map[pack.Ref]string{"app": "kit-1.0 web-1.0", "log": "kit-1.0"})
	_, err := fresh.Install(t.Context(), pipeline.Request{Specs: []string{"extra@^1"}})
	if err == nil || !strings.Contains(err.Error(), "it is not in the bundle") || s.count() > 0 {
		t.Errorf("a pack that is not in the bundle: got %v", err)
	}
}

// TestBundleOfNode: node_modules come from a bundle, with the same versions.
func TestBundleOfNode(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	npm, err2 := exec.LookPath("npm")
	if err != nil || err2 != nil {
		t.Skip(err, err2)
	}
	s := openShop(t)
	s.node["extra@1.0.0"] = `{"dependencies": {"web": "^1"}}`
	shops := &nodeShop{requires: map[string]string{"web": `{"kit": ">=1 <2"}`, "kit": `{}`}}
	srv := httptest.NewServer(shops.serve(t))
	defer srv.Close()
	shops.url = srv.URL
	config := s.config(t.TempDir())
	config.SearchPath, config.NodeRegistry = []string{node, npm}, srv.URL
	h := openHost(t, config)
	wants := wanted(t, "extra@^1")
	l := mustSync(t, h, host.SyncRequest{Wants: wants}).Lock
	path := bundled(t, h, l, true)
	srv.Close()
	config.Root, config.Bundle = t.TempDir(), path
	other := openHost(t, config)
	mustSync(t, other, host.SyncRequest{Wants: wants, Lock: l, Locked: true})
	if got := versionsIn(t, other, "extra", "web", "kit"); got != "web 1.0.0, kit 1.0.0" {
		t.Errorf("got %s", got)
	}
	config.Root = t.TempDir()
	unlocked := openHost(t, config)
	if _, err := unlocked.Install(t.Context(), pipeline.Request{Specs: []string{"extra@^1"}}); err != nil {
		t.Fatal(err)
	}
	if got := versionsIn(t, unlocked, "extra", "web", "kit"); got != "web 1.0.0, kit 1.0.0" {
		t.Errorf("without a lock: got %s", got)
	}
}

// TestBundleIsReproducible: what is in the cache, and which root it is, does not matter.
func TestBundleIsReproducible(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	l := mustSync(t, openHost(t, s.config(t.TempDir())), host.SyncRequest{Wants: wanted(t, "app", "tool"), Plan: true}).Lock
	var first []byte
	for range 3 {
		config := s.config(t.TempDir())
		config.NoCache = first == nil
		data, err := os.ReadFile(bundled(t, openHost(t, config), l, false))
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = data
		}
		if string(data) != string(first) {
			t.Error("other bytes")
		}
	}
}

// TestBundleOfPlaces: where a pack lies that the lock states by its place does not matter.
func TestBundleOfPlaces(t *testing.T) {
	t.Parallel()
	var first string
	for range 2 {
		dir := t.TempDir()
		if err := os.CopyFS(filepath.Join(dir, "p"), fstest.MapFS{"pack.yaml": {Data: []byte("ref: place\nversion: 1.0.0\n")}}); err != nil {
			t.Fatal(err)
		}
		h := openHost(t, host.Config{Root: t.TempDir(), Base: dir})
		wants := []lock.Want{{Ref: "place", From: "./p"}}
		l := mustSync(t, h, host.SyncRequest{Wants: wants, Dir: dir, Plan: true}).Lock
		path := filepath.Join(t.TempDir(), "bundle")
		if _, err := h.Bundle(t.Context(), host.BundleRequest{Lock: l, Dir: dir, Path: path}); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(path)
		if err != nil || strings.Contains(string(data), dir) {
			t.Errorf("it states the directory %s, %v", dir, err)
		}
		if first == "" {
			first = string(data)
		}
		if string(data) != first {
			t.Error("other bytes")
		}
		if err := os.RemoveAll(filepath.Join(dir, "p")); err != nil {
			t.Fatal(err)
		}
		other := openHost(t, host.Config{Root: t.TempDir(), Bundle: path})
		mustSync(t, other, host.SyncRequest{Wants: wants, Dir: dir, Lock: l, Locked: true})
	}
}

// TestBundleOfSignedIndex: an index is in the bundle with its signatures, by which it is
// verified again; another key refuses it, and a pack of which only the archive is signed is
// not installed by its name.
func TestBundleOfSignedIndex(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	private, public, err := signature.NewKey("release", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, foreign, err := signature.NewKey("release", nil)
	if err != nil {
		t.Fatal(err)
	}
	s.private = private
	trusting := func(key string) host.Config {
		v, err := signature.NewVerifier(1, key)
		if err != nil {
			t.Fatal(err)
		}
		c := s.config(t.TempDir())
		c.Indices[0].Verifier = v
		return c
	}
	h := openHost(t, trusting(public))
	l := mustSync(t, h, host.SyncRequest{Wants: wanted(t, "app"), Plan: true}).Lock
	path := bundled(t, h, l, false)
	for name, tt := range map[string]struct{ key, want string }{
		"key":         {public, "only its archive"},
		"another key": {foreign, "it is refused"},
	} {
		c := trusting(tt.key)
		c.Bundle = path
		other := openHost(t, c)
		if _, err := other.Install(t.Context(), pipeline.Request{Specs: []string{"app"}}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v", name, err)
		}
		mustSync(t, other, host.SyncRequest{Wants: wanted(t, "app"), Lock: l, Locked: true})
	}
}

// TestBundleRefuses: what cannot be found, or has another digest, makes no bundle.
func TestBundleRefuses(t *testing.T) {
	t.Parallel()
	_, config, wheels := openPythonShop(t)
	h := openHost(t, config(t))
	l := mustSync(t, h, host.SyncRequest{Wants: wanted(t, "app@^1"), Plan: true}).Lock
	if err := os.RemoveAll(filepath.Join(wheels, "kit-1.0-py3-none-any.whl")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "bundle")
	_, err := h.Bundle(t.Context(), host.BundleRequest{Lock: l, Path: path})
	if pack.CodeOf(err) != pack.CodeNotFound || !strings.Contains(err.Error(), "kit 1.0") {
		t.Errorf("got %v", err)
	}
	more := t.TempDir()
	release(t, more, "kit", "1.0", "other")
	_, err = h.Bundle(t.Context(), host.BundleRequest{Lock: l, Path: path, Wheels: []string{more}})
	if pack.CodeOf(err) != pack.CodeNotFound {
		t.Errorf("another kit: got %v", err)
	}
	if _, err := os.Lstat(path); err == nil {
		t.Error("there is a bundle")
	}
	right := t.TempDir()
	release(t, right, "kit", "1.0")
	if _, err := h.Bundle(t.Context(), host.BundleRequest{Lock: l, Path: path, Wheels: []string{right}}); err != nil {
		t.Errorf("with the wheel: %v", err)
	}
}
