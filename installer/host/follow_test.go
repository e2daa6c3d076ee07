package host_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps/lock"
	"github.com/packtrain/pack/installer"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/installer/pipeline"
	"github.com/packtrain/pack/internal/testkit/gittest"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/source/registrysource"
)

// A forge serves repositories of packs that name each other by URL.
type forge struct {
	t     *testing.T
	repos map[string]*gittest.Repo
	*gittest.Server
}

func newForge(t *testing.T, names ...string) *forge {
	t.Helper()
	f := &forge{t: t, repos: map[string]*gittest.Repo{}}
	for _, name := range names {
		f.repos[name+".git"] = gittest.NewRepo(t)
	}
	f.Server = gittest.NewServer(t, f.repos, away)
	return f
}

// commit makes the pack ref the content of a repository. "URL" in a dependency is that of
// the server.
func (f *forge) commit(name, ref string, needs ...string) {
	f.t.Helper()
	text := "ref: " + ref + "\nversion: 1.0.0\nlabel: L\ndescription: D\ndependencies:\n"
	for _, need := range needs {
		text += "  - " + strings.ReplaceAll(need, "URL", f.URL) + "\n"
	}
	f.repos[name+".git"].Commit("main", fstest.MapFS{"pack.yaml": {Data: []byte(text)}})
}

// host opens a new host that follows the given hosts.
func (f *forge) host(follow ...string) *host.Host {
	f.t.Helper()
	return openHost(f.t, host.Config{Network: pack.Network{Policy: gittest.Policy()}, FollowURLs: follow})
}

// circle has two packs that need each other by URL, as those that bitovi publishes.
func circle(t *testing.T) (f *forge, spec string) {
	t.Helper()
	f = newForge(t, "bitovi/bitovi_packs", "bitovi/stackstorm-github")
	f.commit("bitovi/bitovi_packs", "bitovi_packs", "URL/bitovi/stackstorm-github.git")
	f.commit("bitovi/stackstorm-github", "github", "URL/bitovi/bitovi_packs")
	return f, "git+" + f.URL + "/bitovi/bitovi_packs.git"
}

func install(t *testing.T, h *host.Host, specs ...string) (*pipeline.Report, error) {
	t.Helper()
	return h.Install(t.Context(), pipeline.Request{Specs: specs})
}

func installed(t *testing.T, h *host.Host) []string {
	t.Helper()
	packs, err := h.Store.InstalledPacks(t.Context())
	must(t, err)
	list := []string{}
	for _, p := range packs {
		text := p.ID.String() + ":"
		for _, d := range p.Dependencies {
			text += " " + d.String()
		}
		list = append(list, text)
	}
	return list
}

// TestFollowURLs: packs that need each other by URL are installed together, need each other
// from then on, and come the same from a plan.
func TestFollowURLs(t *testing.T) {
	t.Parallel()
	f, spec := circle(t)
	h := f.host("127.0.0.1")
	_, err := install(t, h, spec)
	must(t, err)
	want := []string{"bitovi_packs@1.0.0: github", "github@1.0.0: bitovi_packs"}
	if diff := cmp.Diff(want, installed(t, h)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if _, ok := errors.AsType[*registry.DependentsError](h.Store.Remove(t.Context(), "github", nil)); !ok {
		t.Error("a pack is removed that another needs by URL")
	}
	before := len(f.Requests())
	if rep, err := install(t, h, spec); err != nil || rep.Summary.Unchanged != 1 {
		t.Errorf("again: %+v, %v", rep, err)
	}
	if posts := f.Requests()[before:]; slices.ContainsFunc(posts, func(r string) bool { return strings.Contains(r, "stackstorm-github") }) {
		t.Errorf("the installed pack is fetched again: %q", posts)
	}
	other := f.host("127.0.0.1")
	plan, err := other.Pipeline.Plan(t.Context(), pipeline.Request{Specs: []string{spec}})
	must(t, err)
	if diff := cmp.Diff([][]pack.Ref{{"bitovi_packs", "github"}}, plan.Sets); diff != "" {
		t.Errorf("sets: (-want +got)\n%s", diff)
	}
	_, err = other.Pipeline.Apply(t.Context(), plan, nil)
	must(t, err)
	if diff := cmp.Diff(want, installed(t, other)); diff != "" {
		t.Errorf("plan: (-want +got)\n%s", diff)
	}
}

// TestNotFollowed: without the host in the list nothing is contacted that a pack names, and
// nothing is installed, unless the request brings the pack.
func TestNotFollowed(t *testing.T) {
	t.Parallel()
	f, spec := circle(t)
	h := f.host()
	_, err := install(t, h, spec)
	refused, ok := errors.AsType[*installer.FollowError](err)
	if code := failureCode(t, err); code != pack.CodeDependencyMissing || !ok || refused.Host != "127.0.0.1" {
		t.Errorf("got %v", err)
	}
	if slices.ContainsFunc(f.Requests(), func(r string) bool { return strings.Contains(r, "stackstorm-github") }) {
		t.Errorf("got requests %q", f.Requests())
	}
	if got := installed(t, h); len(got) > 0 {
		t.Errorf("got %q", got)
	}
	_, err = install(t, h, spec, "git+"+f.URL+"/bitovi/stackstorm-github.git")
	must(t, err)
	if got := installed(t, h); len(got) != 2 || !strings.HasSuffix(got[0], ": github") {
		t.Errorf("got %q", got)
	}
}

// TestURLMetByIndex: a pack that an index has from the same repository comes from the
// index, in the version of that.
func TestURLMetByIndex(t *testing.T) {
	t.Parallel()
	f := newForge(t, "app", "lib")
	f.commit("app", "app", "URL/lib")
	f.commit("lib", "lib")
	commit := strings.TrimSpace(f.repos["lib.git"].Git("rev-parse", "main"))
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"registry_name": "T", "registry_url": "https://x", "version": "1.0", "packs": [{"ref": "lib", "label": "L", "description": "D", "version": "1.0.0", "author": "a", "license": "MIT",
			"install_sources": [{"type": "git", "url": %q, "ref": %q, "checksum": "sha256:%064d"}]}]}`, f.URL+"/lib.git", commit, 0)
	}))
	t.Cleanup(srv.Close)
	h := openHost(t, host.Config{Network: pack.Network{Policy: gittest.Policy()}, Indices: []registrysource.Index{{Name: "std", URL: srv.URL}}})
	_, err := install(t, h, "git+"+f.URL+"/app.git")
	if failed, ok := errors.AsType[*pack.BatchError](err); !ok || failed.Failures[0].Code != pack.CodeChecksumMismatch {
		t.Errorf("got %v, want that the checksum of the entry is wrong", err)
	}
}

// TestFollowedInLock: what a URL turned out to be is in the lock, is installed from there
// without a network, and is not exchanged for another pack.
func TestFollowedInLock(t *testing.T) {
	t.Parallel()
	f, spec := circle(t)
	wants := []lock.Want{{Ref: "bitovi_packs", From: spec}}
	h := f.host("127.0.0.1")
	rep, err := h.Sync(t.Context(), host.SyncRequest{Wants: wants})
	must(t, err)
	text := string(rep.Lock.Bytes())
	for _, line := range []string{
		"  need github * from " + f.URL + "/bitovi/stackstorm-github.git\n", "  need bitovi_packs * from " + f.URL + "/bitovi/bitovi_packs\n",
		"pack github 1.0.0\n  pin git " + f.URL + "/bitovi/stackstorm-github.git commit ",
	} {
		if !strings.Contains(text, line) {
			t.Errorf("no %q in\n%s", line, text)
		}
	}
	read, err := lock.Parse([]byte(text))
	must(t, err)
	f.commit("bitovi/stackstorm-github", "gitlab")
	if diff := cmp.Diff(text, string(read.Bytes())); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	other := f.host()
	_, err = other.Sync(t.Context(), host.SyncRequest{Wants: wants, Lock: read, Locked: true})
	must(t, err)
	if diff := cmp.Diff(installed(t, h), installed(t, other)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	again, err := h.Sync(t.Context(), host.SyncRequest{Wants: wants, Lock: read})
	if err != nil || again.Changes() || string(again.Lock.Bytes()) != text {
		t.Errorf("got %+v, %v", again, err)
	}
	_, err = f.host("127.0.0.1").Sync(t.Context(), host.SyncRequest{Wants: wants, Lock: read, Update: []pack.Ref{"github"}})
	moved, ok := errors.AsType[*lock.MovedError](err)
	if !ok || moved.Was != "github" || moved.Is != "gitlab" || moved.Dependent.Ref != "bitovi_packs" {
		t.Errorf("another pack: got %v", err)
	}
}

// away redirects what lies below /away to another host.
func away(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path, ok := strings.CutPrefix(r.URL.RequestURI(), "/away"); ok {
			_, port, _ := strings.Cut(r.Host, ":")
			http.Redirect(w, r, "http://localhost:"+port+path, http.StatusMovedPermanently)
			return
		}
		next.ServeHTTP(w, r)
	})
}
