package host_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps/lock"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/internal/testkit/archivetest"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/source/registrysource"
	"github.com/packtrain/pack/source/registrysource/signature"
)

// A shop serves an index and its archives, and counts requests.
type shop struct {
	mu       sync.Mutex
	url      string
	needs    map[string]string // pack.yaml lists of dependencies, by "ref@version"
	author   map[string]string // of versions that were published again
	python   map[string]string // requirements.txt, by "ref@version"
	node     map[string]string // package.json, by "ref@version"
	requests map[string]int
	private  string // key that signs the index
}

func (s *shop) archive(id string) []byte {
	ref, version, _ := strings.Cut(id, "@")
	manifest := fmt.Sprintf("ref: %s\nversion: %s\nlabel: L\ndescription: D\nauthor: a%s\ndependencies: [%s]\n", ref, version, s.author[id], s.needs[id])
	entries := []archivetest.Entry{{Name: "pack.yaml", Content: manifest}, {Name: "README.md", Content: id}}
	if text := s.python[id]; text != "" {
		entries = append(entries, archivetest.Entry{Name: "requirements.txt", Content: text})
	}
	if text := s.node[id]; text != "" {
		entries = append(entries, archivetest.Entry{Name: "package.json", Content: text})
	}
	return archivetest.ZipOf(entries...)
}

func (s *shop) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests[r.URL.Path]++
	if id, ok := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, "/"), ".zip"); ok {
		_, _ = w.Write(s.archive(id))
		return
	}
	var entries []any
	for _, id := range slices.Sorted(maps.Keys(s.needs)) {
		needs := s.needs[id]
		ref, version, _ := strings.Cut(id, "@")
		sum := sha256.Sum256(s.archive(id))
		packs := []any{}
		for need := range strings.SplitSeq(needs, ",") {
			if need != "" {
				packs = append(packs, strings.Trim(need, " \""))
			}
		}
		entries = append(entries, map[string]any{
			"ref": ref, "label": "L", "description": "D", "version": version, "author": "a", "license": "MIT",
			"dependencies":    map[string]any{"packs": packs},
			"install_sources": []any{map[string]any{"type": "archive", "url": s.url + "/" + id + ".zip", "checksum": "sha256:" + hex.EncodeToString(sum[:])}},
		})
	}
	index, _ := json.Marshal(map[string]any{"registry_name": "T", "registry_url": s.url, "version": "1.0", "packs": entries})
	if strings.HasSuffix(r.URL.Path, signature.Suffix) {
		index, _ = signature.Sign("std", index, nil, s.private)
	}
	_, _ = w.Write(index)
}

// count returns how many requests there were since it was called last.
func (s *shop) count() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for path, k := range s.requests {
		n += k
		delete(s.requests, path)
	}
	return n
}

func openShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{author: map[string]string{}, python: map[string]string{}, node: map[string]string{}, requests: map[string]int{}, needs: map[string]string{
		"app@1.0.0": `"log@^1"`, "app@2.0.0": `"log@^2"`, "log@1.0.0": "", "log@1.1.0": "", "log@2.0.0": `"ring"`,
		"ring@1.0.0": `"app"`, "tool@1.0.0": `"log"`, "extra@1.0.0": "", "extra@2.0.0": `"log@^1"`,
	}}
	srv := httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(srv.Close)
	s.url = srv.URL
	return s
}

func (s *shop) config(root string) host.Config {
	return host.Config{
		Root: root, Indices: []registrysource.Index{{Name: "std", URL: s.url + "/index.json"}},
		Network: pack.Network{Policy: pack.NetworkPolicy{AllowHTTP: true, AllowPrivateHosts: []string{"127.0.0.1"}}},
	}
}

func wanted(t *testing.T, texts ...string) (all []lock.Want) {
	t.Helper()
	for _, text := range texts {
		d, err := pack.ParseDependency(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, lock.Want{Ref: d.Ref, Constraint: d.Constraint})
	}
	return all
}

func steps(r *host.SyncReport) (all []string) {
	for _, s := range r.Steps {
		text := fmt.Sprintf("%s %s", s.Action, s.Ref)
		if !s.Done {
			text += ", not done"
		}
		all = append(all, text)
	}
	return all
}

func mustSync(t *testing.T, h *host.Host, req host.SyncRequest) *host.SyncReport {
	t.Helper()
	r, err := h.Sync(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func wantSteps(t *testing.T, r *host.SyncReport, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, steps(r)); diff != "" {
		t.Errorf("steps (-want +got)\n%s", diff)
	}
}

// state is what a root has: versions, digests and what is known of each pack.
func state(t *testing.T, h *host.Host) (all []string) {
	t.Helper()
	installed, err := h.Store.InstalledPacks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range installed {
		tree, err := pack.TreeDigest(os.DirFS(p.Path))
		if err != nil || tree != p.TreeDigest {
			t.Errorf("%s has tree %s, %v, recorded is %s", p.ID, tree, err, p.TreeDigest)
		}
		details, err := h.Store.Show(t.Context(), p.Ref)
		if err != nil {
			t.Fatal(err)
		}
		manifest, err := json.Marshal(details.Manifest)
		if err != nil {
			t.Fatal(err)
		}
		pin, err := json.Marshal(p.Pin)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprintf("%s %s %s %s %s", p.ID, tree, p.DirectoryChecksum, pin, manifest))
	}
	return all
}

// TestSync: a root is brought to what is wanted, and stays as it is when it is there.
func TestSync(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	h := openHost(t, s.config(t.TempDir()))
	first := mustSync(t, h, host.SyncRequest{Wants: wanted(t, "app@^1", "tool")})
	wantSteps(t, first, "install app", "install log", "install tool")
	if text := string(first.Lock.Bytes()); !strings.Contains(text, "index std "+s.url+"/index.json\n") || !strings.Contains(text, "pack log 1.1.0\n  entry std log@1.1.0\n") {
		t.Errorf("got\n%s", text)
	}
	s.count()
	again := mustSync(t, h, host.SyncRequest{Wants: wanted(t, "app@^1", "tool"), Lock: first.Lock})
	wantSteps(t, again, "keep app", "keep log", "keep tool")
	if n := s.count(); n > 1 || again.Changes() {
		t.Errorf("%d requests although nothing changes", n)
	}
	if diff := cmp.Diff(string(first.Lock.Bytes()), string(again.Lock.Bytes())); diff != "" {
		t.Errorf("the lock changed (-want +got)\n%s", diff)
	}
	mustSync(t, h, host.SyncRequest{Wants: wanted(t, "app@^1", "tool"), Lock: first.Lock, Locked: true})
	if n := s.count(); n > 0 {
		t.Errorf("%d requests with Locked", n)
	}
	plan := mustSync(t, h, host.SyncRequest{Wants: wanted(t, "app"), Lock: first.Lock, Prune: true, Plan: true, Update: []pack.Ref{"app"}})
	wantSteps(t, plan, "upgrade app, not done", "upgrade log, not done", "install ring, not done", "remove tool, not done")
	second := mustSync(t, h, host.SyncRequest{Wants: wanted(t, "app"), Lock: plan.Lock, Locked: true, Prune: true})
	wantSteps(t, second, "upgrade app", "upgrade log", "install ring", "remove tool")
	back := mustSync(t, h, host.SyncRequest{Wants: wanted(t, "app@^1", "tool"), Lock: first.Lock, Locked: true, Prune: true})
	wantSteps(t, back, "downgrade app", "downgrade log", "remove ring", "install tool")
}

// TestSyncRefuses: what deviates from the lock, what has other content, and what would
// break packs that are not of the lock.
func TestSyncRefuses(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	root := t.TempDir()
	h := openHost(t, s.config(root))
	locked := mustSync(t, h, host.SyncRequest{Wants: wanted(t, "app@^1"), Plan: true}).Lock
	before := state(t, h)
	if len(before) > 0 {
		t.Fatalf("a plan installed %q", before)
	}
	_, err := h.Sync(t.Context(), host.SyncRequest{Wants: wanted(t, "app@^1", "tool"), Lock: locked, Locked: true})
	if d, ok := errors.AsType[*lock.DeviationError](err); !ok || len(d.Deviations) != 1 {
		t.Errorf("deviation: got %v", err)
	}
	s.mu.Lock()
	s.author["log@1.1.0"] = "nother"
	s.mu.Unlock()
	fresh := openHost(t, s.config(t.TempDir()))
	_, err = fresh.Sync(t.Context(), host.SyncRequest{Wants: wanted(t, "app@^1"), Lock: locked, Locked: true})
	if old := locked.Find("log").Pins[0].ArchiveDigest.String(); pack.CodeOf(err) != pack.CodeChecksumMismatch || !strings.Contains(err.Error(), old) || strings.Count(err.Error(), "sha256:") < 2 {
		t.Errorf("changed upstream: got %v", err)
	}
	if got := state(t, fresh); len(got) > 0 {
		t.Errorf("installed %q", got)
	}
	repinned := mustSync(t, fresh, host.SyncRequest{Wants: wanted(t, "app@^1"), Lock: locked})
	if len(repinned.Repins) != 1 || repinned.Repins[0].From != locked.Find("log").Pins[0].ArchiveDigest || repinned.Lock.Find("log").TreeDigest() == locked.Find("log").TreeDigest() {
		t.Errorf("got %+v", repinned.Repins)
	}
	wantSteps(t, mustSync(t, fresh, host.SyncRequest{Wants: wanted(t, "app@^1"), Lock: repinned.Lock, Locked: true}), "keep app", "keep log")
	if _, err := fresh.Install(t.Context(), pipeline.Request{Specs: []string{"extra"}}); err != nil {
		t.Fatal(err)
	}
	before = state(t, fresh)
	_, err = fresh.Sync(t.Context(), host.SyncRequest{Wants: wanted(t, "app@^2"), Lock: repinned.Lock})
	if !errors.Is(err, pack.ErrDependency) || !strings.Contains(err.Error(), "extra") {
		t.Errorf("a dependent would break: got %v", err)
	}
	if diff := cmp.Diff(before, state(t, fresh)); diff != "" {
		t.Errorf("a refused sync changed something (-want +got)\n%s", diff)
	}
	mustSync(t, fresh, host.SyncRequest{Wants: wanted(t, "app@^2"), Prune: true})
}

// TestReplayOffline: install, lock, wipe, and sync from the cache alone.
func TestReplayOffline(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	root := t.TempDir()
	h := openHost(t, s.config(root))
	l := mustSync(t, h, host.SyncRequest{Wants: wanted(t, "app", "tool")}).Lock
	want := state(t, h)
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	kept := t.TempDir()
	if err := os.Rename(filepath.Join(root, "cache"), filepath.Join(kept, "cache")); err != nil {
		t.Fatal(err)
	}
	s.count()
	config := s.config(kept)
	config.Network.Offline = true
	again := openHost(t, config)
	mustSync(t, again, host.SyncRequest{Wants: wanted(t, "app", "tool"), Lock: l, Locked: true})
	if diff := cmp.Diff(want, state(t, again)); diff != "" || s.count() > 0 {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

var roots = flag.Int("roots", 10, "how many roots TestRootsBecomeEqual syncs")

// startingStates are what roots have before they are synced.
func startingStates() [][]string {
	return [][]string{
		nil,
		{"app@1.0.0"},
		{"app@2.0.0"},
		{"log@1.0.0"},
		{"extra@1.0.0"},
		{"extra@2.0.0"},
		{"tool", "extra@1.0.0"},
		{"log@2.0.0"},
		{"app@1.0.0", "tool", "extra@2.0.0"},
		{"ring"},
	}
}

// TestRootsBecomeEqual: roots in different states that are brought to one file are equal
// in trees, records and installed packages, also if the work is cut off at random and done
// again, and although the index of packages has newer releases by then.
func TestRootsBecomeEqual(t *testing.T) {
	t.Parallel()
	_, config, wheels := openPythonShop(t)
	release(t, wheels, "web", "2.0", "kit>=1")
	wants := wanted(t, "app@^2", "tool")
	l := mustSync(t, openHost(t, config(t)), host.SyncRequest{Wants: wants}).Lock
	release(t, wheels, "web", "3.0")
	release(t, wheels, "kit", "2.0")
	random := rand.New(rand.NewPCG(1, 2))
	var first []string
	for i := range *roots {
		h := openHost(t, config(t))
		if specs := startingStates()[i%len(startingStates())]; specs != nil {
			if _, err := h.Install(t.Context(), pipeline.Request{Specs: specs, Replace: registry.ReplaceAny}); err != nil {
				t.Fatalf("%q: %v", specs, err)
			}
		}
		req := host.SyncRequest{Wants: wants, Lock: l, Locked: i%2 == 0, Prune: true}
		cutOff(t, h, req, random.IntN(30))
		mustSync(t, h, req)
		wantPackages(t, h, map[pack.Ref]string{"app": "kit-1.0 web-2.0"})
		got := state(t, h)
		if first == nil {
			first = got
		}
		if diff := cmp.Diff(first, got); diff != "" {
			t.Errorf("root %d (-first +this)\n%s", i, diff)
		}
		last := mustSync(t, h, req)
		if last.Changes() || !slices.Contains(steps(last), "keep app") {
			t.Errorf("root %d is not there: %q", i, steps(last))
		}
	}
}
