package gitsource_test

import (
	"errors"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/testkit/gittest"
	"github.com/packtrain/pack/source/gitsource"
)

func TestFetchDeliversTheCommit(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	first := repo.Commit("main", samplePack())
	repo.Commit("main", fstest.MapFS{"later": {}})
	url, srv := serve(t, repo)

	got, err := fetch(t, newSource(t), url, first)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"actions/hello.sh", "actions/hello.yaml", "docs/a/b.md", "pack.yaml"}
	if diff := cmp.Diff(want, got.names()); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	for name, file := range samplePack() {
		if got.content(name) != string(file.Data) {
			t.Errorf("%s: got %q, want %q", name, got.content(name), file.Data)
		}
		if executable := got[name].Mode&0o111 != 0; executable != (file.Mode&0o111 != 0) {
			t.Errorf("%s: got mode %v", name, got[name].Mode)
		}
	}
	if diff := cmp.Diff([]string{"POST /sample.git/git-upload-pack"}, srv.Requests()); diff != "" {
		t.Errorf("a pinned commit takes one request (-want +got):\n%s", diff)
	}
}

func TestFetchOfASubdirectory(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	commit := repo.Commit("main", fstest.MapFS{"packs/one/pack.yaml": {}, "packs/one/a/b": {}, "packs/two/pack.yaml": {}, "top": {}})
	url, _ := serve(t, repo)
	for subdir, want := range map[string][]string{
		"packs/one": {"packs/one/a/b", "packs/one/pack.yaml"},
		"packs":     {"packs/one/a/b", "packs/one/pack.yaml", "packs/two/pack.yaml"},
	} {
		got := files{}
		if err := newSource(t).Fetch(t.Context(), pack.Pin{Scheme: "git", Location: url, Commit: commit, Subdir: subdir}, got); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(want, got.names()); diff != "" {
			t.Errorf("files of %s (-want +got):\n%s", subdir, diff)
		}
	}
}

func TestResolve(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	first := repo.Commit("main", samplePack())
	second := repo.Commit("main", fstest.MapFS{"pack.yaml": {}})
	repo.Branch("feature/x", first)
	repo.Branch("both", first)
	repo.Tag("both", second)
	repo.Tag("light", first)
	repo.Annotate("v1.0.0", first)
	repo.Annotate("chain", repo.Annotate("inner", second))
	url, _ := serve(t, repo)
	tests := []struct {
		rev, want string
		code      pack.Code
		text      string
	}{
		{"", second, "", ""},
		{"main", second, "", ""},
		{"feature/x", first, "", ""},
		{"light", first, "", ""},
		{"v1.0.0", first, "", ""},
		{"chain", second, "", ""},
		{"refs/heads/both", first, "", ""},
		{"refs/tags/both", second, "", ""},
		{strings.ToUpper(first), first, "", ""},
		{"both", "", pack.CodeGit, `write "refs/heads/both" or "refs/tags/both"`},
		{"1.0.0", "", pack.CodeNotFound, `: did you mean "v1.0.0"?`},
		{"v1.0.1", "", pack.CodeNotFound, `does not exist`}, // another version, not a mistyped one
		{"mian", "", pack.CodeNotFound, `: did you mean "main"?`},
		{"ligth", "", pack.CodeNotFound, `: did you mean "light"?`},
		{"feature", "", pack.CodeNotFound, `: did you mean "feature/x"?`},
		{"feature-x-2", "", pack.CodeNotFound, "does not exist"},
		{"Main", "", pack.CodeNotFound, `: did you mean "main"?`},
		{"nothing-like-it", "", pack.CodeNotFound, "does not exist"},
	}
	s := newSource(t)
	for _, tt := range tests {
		t.Run(tt.rev, func(t *testing.T) {
			t.Parallel()
			pin, err := resolve(t, s, url, tt.rev)
			wantCode(t, err, tt.code)
			if err != nil {
				if !strings.Contains(err.Error(), tt.text) {
					t.Errorf("got %v, want it to say %q", err, tt.text)
				}
				return
			}
			want := pack.Pin{Scheme: "git", Location: url, Rev: tt.rev, Commit: tt.want}
			if pin != want {
				t.Errorf("got %+v, want %+v", pin, want)
			}
		})
	}
}

func TestResolvingACommitContactsNobody(t *testing.T) {
	t.Parallel()
	const commit = "0123456789abcdef0123456789abcdef01234567"
	pin, err := resolve(t, must(gitsource.New(nil, nil)), "https://git.invalid/x.git", commit)
	if err != nil || pin.Commit != commit {
		t.Errorf("got %+v, %v", pin, err)
	}
}

func TestEmptyRepositoryHasNoDefaultBranch(t *testing.T) {
	t.Parallel()
	url, _ := serve(t, gittest.NewRepo(t))
	_, err := resolve(t, newSource(t), url, "")
	wantCode(t, err, pack.CodeNotFound)
}

func TestPinWithoutCommitMeansItsRev(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	repo.Commit("main", fstest.MapFS{"old": {}})
	repo.Annotate("v1.0.0", repo.Commit("main", samplePack()))
	url, _ := serve(t, repo)
	for _, rev := range []string{"", "main", "v1.0.0"} {
		got := files{}
		if err := newSource(t).Fetch(t.Context(), pack.Pin{Scheme: "git", Location: url, Rev: rev}, got); err != nil {
			t.Errorf("rev %q: %v", rev, err)
		}
		if len(got.names()) != 4 {
			t.Errorf("rev %q: got %q", rev, got.names())
		}
	}
}

func TestMissingRepository(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	commit := repo.Commit("main", samplePack())
	url, _ := serve(t, repo)
	_, err := resolve(t, newSource(t), strings.Replace(url, "sample", "other", 1), "main")
	wantCode(t, err, pack.CodeNotFound)
	_, err = fetch(t, newSource(t), strings.Replace(url, "sample", "other", 1), commit)
	wantCode(t, err, pack.CodeNotFound)
}

// A server that serves only what it advertises is asked again for that.
func TestFetchWhereWantsAreRefused(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	inside := repo.Commit("main", samplePack())
	tip := repo.Commit("main", fstest.MapFS{"new": {}})
	side := repo.Commit("side", fstest.MapFS{"side": {}})
	repo.Branch("gone", side)
	lost := repo.Commit("gone", fstest.MapFS{"lost": {}})
	repo.Git("update-ref", "-d", "refs/heads/gone")
	tagged := repo.Commit("tagged", fstest.MapFS{"tagged": {}})
	tag := repo.Annotate("v1.0.0", tagged)
	repo.Git("update-ref", "-d", "refs/heads/tagged")
	tests := []struct {
		name, commit, rev string
		want              int // files
		code              pack.Code
	}{
		{"tip", tip, "", 1, ""},
		{"annotated tag", tagged, "v1.0.0", 1, ""},
		{"inside the default branch", inside, "", 4, ""},
		{"inside the named branch", inside, "main", 4, ""},
		{"inside the named branch, in full", inside, "refs/heads/main", 4, ""},
		{"not in the named branch", lost, "side", 0, pack.CodeContentChanged},
		{"tag moved", inside, "v1.0.0", 0, pack.CodeContentChanged},
		{"nowhere", lost, "", 0, pack.CodeGit},
		{"nowhere, the rev is the commit", lost, lost, 0, pack.CodeGit},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			url, _ := serve(t, repo, gittest.DenyWants(tip, side, tag))
			got := files{}
			err := newSource(t).Fetch(t.Context(), pack.Pin{Scheme: "git", Location: url, Rev: tt.rev, Commit: tt.commit}, got)
			wantCode(t, err, tt.code)
			if len(got.names()) != tt.want {
				t.Errorf("got files %q, want %d", got.names(), tt.want)
			}
			if tt.code == pack.CodeGit && !strings.Contains(err.Error(), "uploadpack.allowReachableSHA1InWant") {
				t.Errorf("%v does not say what the server would need", err)
			}
		})
	}
}

// The recent history of a branch is received before all of it is.
func TestFetchSearchesTheRecentHistoryFirst(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	old := repo.Commit("main", samplePack())
	for range 60 {
		repo.Commit("main", fstest.MapFS{"new": {}})
	}
	young := repo.Git("rev-parse", "main~40")
	tip := repo.Git("rev-parse", "main")
	for commit, want := range map[string]struct{ requests, files int }{young: {3, 1}, old: {4, 4}} {
		url, srv := serve(t, repo, gittest.DenyWants(tip))
		got, err := fetch(t, newSource(t), url, commit)
		if err != nil || len(got.names()) != want.files {
			t.Errorf("got %q, %v", got.names(), err)
		}
		if len(srv.Requests()) != want.requests {
			t.Errorf("got requests %q, want %d", srv.Requests(), want.requests)
		}
	}
}

func TestFetchFollowsAMovedRepository(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	commit := repo.Commit("main", samplePack())
	_, to := serve(t, repo)
	for _, status := range []int{301, 302, 307, 308} {
		from, _ := serve(t, repo, gittest.Redirect(to.URL, status))
		got, err := fetch(t, newSource(t), from, commit)
		if err != nil || len(got.names()) != 4 {
			t.Errorf("redirect %d: got %q, %v", status, got.names(), err)
		}
	}
}

// An escaped slash in a URL is part of a name, also after the list of branches and tags.
func TestEscapedNamesStayEscaped(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	repo.Commit("main", samplePack())
	_, behind := serve(t, repo)
	to := must(url.Parse(behind.URL))
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		name, _ := strings.CutPrefix(r.In.URL.EscapedPath(), "/group%2F")
		r.SetURL(to)
		r.Out.URL.Path, r.Out.URL.RawPath = "/"+name, ""
	}}
	front := httptest.NewServer(proxy)
	t.Cleanup(front.Close)
	got := files{}
	err := newSource(t).Fetch(t.Context(), pack.Pin{Scheme: "git", Location: front.URL + "/group%2Fsample.git", Rev: "main"}, got)
	if err != nil || len(got.names()) != 4 {
		t.Errorf("got %q, %v", got.names(), err)
	}
}

func TestErrorOfTheSinkIsKept(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	commit := repo.Commit("main", samplePack())
	url, _ := serve(t, repo)
	full := errors.New("the sink is full")
	sink := &failing{after: 2, err: full}
	err := newSource(t).Fetch(t.Context(), pack.Pin{Scheme: "git", Location: url, Commit: commit}, sink)
	if !errors.Is(err, full) || sink.calls != 2 {
		t.Errorf("got %v after %d entries, want %v after 2", err, sink.calls, full)
	}
}
