package gitsource_test

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/testkit/gittest"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/gitsource"
	"github.com/packtrain/pack/source/sourcetest"
)

// TestHostile holds the rows of the corpus that concern git, by their ids.
func TestHostile(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	runTreeTests(t, repo, hostileTrees(t, repo))
	t.Run("H01", optionsInURLAndRev)
	t.Run("H02", otherProtocols)
	t.Run("H03", hiddenHosts)
	t.Run("H04", redirects)
	t.Run("H04/credentials", credentialsAfterRedirects)
	t.Run("H05", strangeRevs)
	t.Run("H05_local", strangeRefFiles)
	t.Run("H05_local/symbolic", symbolicRefs)
	t.Run("H06", commitsThatAreNotServed)
	t.Run("H07", movedNames)
	t.Run("H08", strangeTags)
	t.Run("H08_local", strangeLocalTags)
	t.Run("H08_local/loop", tagLoop)
	t.Run("H09", strangeNames)
	t.Run("H10", strangeModes)
	t.Run("H11", submoduleConfig)
	t.Run("H12", hostileConfig)
	t.Run("H13", attributes)
	t.Run("H14", nestedRepositories)
	t.Run("H15", strangeStores)
	t.Run("H16", lfsPointers)
	t.Run("H17", bombs)
	t.Run("H17_local", localBombs)
	t.Run("H17_local/pipes", pipes)
	t.Run("H17_local_refs", manyRefs)
	t.Run("H17_local_refs/huge", hugePackedRefs)
	t.Run("H18", strangeServers)
	t.Run("H19", credentialsWanted)
	t.Run("H20", noSSH)
	t.Run("H21", noProcess)
	t.Run("H21_path", hostileGitInPath)
	t.Run("H22", concurrencyAndCancellation)
	t.Run("H22_killed", killed)
	t.Run("H23", hostileVariables)
	t.Run("H24", strangeSubdirectories)
}

const someCommit = "0123456789abcdef0123456789abcdef01234567"

// refused expects that neither resolving nor fetching gets further than code.
func refused(t *testing.T, s *gitsource.Source, url, rev string, code pack.Code) {
	t.Helper()
	_, err := resolve(t, s, url, rev)
	wantCode(t, err, code)
	wantCode(t, s.Fetch(t.Context(), pack.Pin{Scheme: "git", Location: url, Rev: rev}, files{}), code)
	fails(t, s, url, rev, code)
}

// fails installs what a rev names, and expects what holds for every failure.
func fails(t *testing.T, s source.Source, url, rev string, code pack.Code) {
	t.Helper()
	sourcetest.Receive(t, s, source.Locator{Scheme: source.SchemeGit, Location: url, Rev: rev}, code)
}

// bothWays does something with a repository as it is served and as it lies here.
func bothWays(t *testing.T, repo *gittest.Repo, do func(s *gitsource.Source, location string)) {
	t.Helper()
	url, _ := serve(t, repo)
	do(newSource(t), url)
	do(newLocal(t, repo.Dir), fileURL(repo.Dir))
}

func optionsInURLAndRev(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	repo.Commit("main", samplePack())
	url, srv := serve(t, repo)
	s := newSource(t)
	for _, rev := range []string{"-", "--upload-pack=touch x", "-oProxyCommand=x", "-u", "main\x00", "main\n", "\r", "\x1b[2Jmain"} {
		refused(t, s, url, rev, pack.CodePolicyDenied)
	}
	refused(t, s, url, "ma\xffin", pack.CodeInvalidRequest)
	for _, bad := range []string{"-", "--upload-pack=touch x", "-oProxyCommand=x", url + "\x00", url + "\n", "-" + url} {
		refused(t, s, bad, "main", pack.CodePolicyDenied)
	}
	if got := srv.Requests(); len(got) > 0 {
		t.Errorf("the server was asked: %q", got)
	}
}

func otherProtocols(t *testing.T) {
	t.Parallel()
	dir := gittest.NewRepo(t).Dir
	s := must(gitsource.New(nil, nil))
	for _, url := range []string{
		"ext::sh -c touch% x", "fd::3", "git://example.com/x.git", "file://" + dir, dir, "//example.com/x.git", "transport::addr",
		"ssh://-oProxyCommand=x/y", "ssh://git@example.com/x.git", "-o@example.com:x", "git@example.com:x.git", "http://example.com/x.git",
		"ftp://example.com/x.git", "", "https:", "https:///x.git", "https://127.0.0.1/x.git", "https://[::1]/x.git", "https://127.1/x.git",
	} {
		refused(t, s, url, "main", pack.CodePolicyDenied)
	}
}

func hiddenHosts(t *testing.T) {
	t.Parallel()
	s := must(gitsource.New(nil, nil))
	for _, url := range []string{
		"https://user:canary@example.com/x.git", "https://canary@example.com/x.git", "https://example.com%0d%0a.example.org/x.git",
		"https://example.com%0acanary/x.git", "https://example.com\r/x.git", "https://exa\tmple.com/x.git", "https://example.com/x.git#canary",
	} {
		_, err := resolve(t, s, url, "main")
		wantCode(t, err, pack.CodePolicyDenied)
		if err != nil && strings.Contains(err.Error(), "canary@") || strings.Contains(err.Error(), ":canary") {
			t.Errorf("the error contains a credential: %v", err)
		}
	}
	_, err := resolve(t, s, "https://example.com/x.git?token=canary", "main")
	wantCode(t, err, pack.CodeInvalidRequest)
	if strings.Contains(err.Error(), "canary") {
		t.Errorf("the error contains a credential: %v", err)
	}
}

func redirects(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	commit := repo.Commit("main", samplePack())
	_, inner := serve(t, repo)
	only := gittest.Policy()
	only.AllowPrivate = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	other := strings.Replace(inner.URL, "127.0.0.1", "127.0.0.2", 1)
	s := must(gitsource.New(clientFor(pack.Network{Policy: only}), nil))
	for i, to := range []string{other, "http://10.0.0.1", "http://169.254.169.254/latest", "file:///etc/passwd?", "git://127.0.0.1", "ext::sh%20-c%20x"} {
		status := []int{http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect}[i%4]
		url, _ := serve(t, repo, gittest.On(gittest.ListRefs, gittest.Redirect(to, status)))
		refused(t, s, url, "main", pack.CodePolicyDenied)
		// The list stays on the server, so the tip is asked for there again.
		url, _ = serve(t, repo, gittest.On(gittest.Fetch, gittest.Redirect(to, status)))
		_, err := fetch(t, s, url, commit)
		wantCode(t, err, pack.CodePolicyDenied)
	}
	url, _ := serve(t, repo, gittest.Redirect("https://example.com", http.StatusFound))
	only.Hosts = []string{"127.0.0.1"}
	s = must(gitsource.New(clientFor(pack.Network{Policy: only}), nil))
	refused(t, s, url, "main", pack.CodePolicyDenied)
	refused(t, s, loop(t), "main", pack.CodePolicyDenied)
	if got := inner.Requests(); len(got) > 0 {
		t.Errorf("a server was asked that is not allowed: %q", got)
	}
}

// loop is a server that redirects to itself for ever.
func loop(t *testing.T) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "/x"+r.URL.RequestURI())
		w.WriteHeader(http.StatusFound)
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

func strangeRevs(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	first := repo.Commit("main", samplePack())
	second := repo.Commit("main", samplePack())
	repo.Git("update-ref", "refs/heads/"+first, second)
	repo.Git("update-ref", "refs/heads/abcdef1", first)
	repo.Branch("both", first)
	repo.Tag("both", first)
	repo.Branch("ünïcode", second)
	repo.Tag("refs/heads/main", first) // refs/tags/refs/heads/main
	for _, tt := range []struct {
		rev, want string
		code      pack.Code
	}{
		{first, first, ""}, // the commit, whatever the branch of that name says
		{"abcdef1", first, ""},
		{"ünïcode", second, ""},
		{"", second, ""},
		{"refs/heads/main", second, ""}, // not the tag of that short name
		{"both", "", pack.CodeGit},
		{"HEAD", "", pack.CodeNotFound},
		{"heads/main", "", pack.CodeNotFound},
		{"MAIN", "", pack.CodeNotFound},
		{first[:12], "", pack.CodeGit},
		{"@", "", pack.CodeInvalidRequest},
		{"@{-1}", "", pack.CodeInvalidRequest},
		{"main@{1}", "", pack.CodeInvalidRequest},
		{"main~1", "", pack.CodeInvalidRequest},
		{"main^{tree}", "", pack.CodeInvalidRequest},
		{":/change", "", pack.CodeInvalidRequest},
		{"ma*", "", pack.CodeInvalidRequest},
		{"main..both", "", pack.CodeInvalidRequest},
		{"refs/heads/../../config", "", pack.CodeInvalidRequest},
		{"/main", "", pack.CodeInvalidRequest},
		{"main/", "", pack.CodeInvalidRequest},
		{"main.lock", "", pack.CodeInvalidRequest},
		{strings.Repeat("x", 4096), "", pack.CodeInvalidRequest},
		{strings.Repeat("0a", 32), "", pack.CodeGit},
	} {
		bothWays(t, repo, func(s *gitsource.Source, location string) {
			pin, err := resolve(t, s, location, tt.rev)
			wantCode(t, err, tt.code)
			if pin.Commit != tt.want {
				t.Errorf("%.80q: got commit %q, want %q", tt.rev, pin.Commit, tt.want)
			}
		})
	}
}

func commitsThatAreNotServed(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	repo.Commit("main", samplePack())
	unreachable := repo.Commit("gone", samplePack())
	repo.Git("update-ref", "-d", "refs/heads/gone")
	url, _ := serve(t, repo)
	s := newSource(t)
	for _, commit := range []string{someCommit, unreachable, someCommit[:12], strings.Repeat("0a", 32), strings.Repeat("0", 40)} {
		_, err := fetch(t, s, url, commit)
		wantCode(t, err, pack.CodeGit)
		fails(t, s, url, commit, pack.CodeGit)
		if commit != unreachable { // which is here
			fails(t, newLocal(t, repo.Dir), fileURL(repo.Dir), commit, pack.CodeGit)
		}
	}
	sha256 := gittest.NewRepo(t, "--object-format=sha256")
	sha256.Commit("main", samplePack())
	url, _ = serve(t, sha256)
	refused(t, s, url, "main", pack.CodeGit)
	refused(t, newLocal(t, sha256.Dir), fileURL(sha256.Dir), "main", pack.CodeGit)
	_, err := fetch(t, s, url, someCommit)
	wantCode(t, err, pack.CodeGit)
	if err != nil && !strings.Contains(err.Error(), "SHA-256") {
		t.Errorf("%v does not say what is the matter", err)
	}
}

func movedNames(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	before := repo.Commit("main", samplePack())
	repo.Tag("v1.0.0", before)
	url, _ := serve(t, repo)
	s := newSource(t)
	var pins []pack.Pin
	for _, rev := range []string{"main", "v1.0.0"} {
		pin, err := resolve(t, s, url, rev)
		if err != nil {
			t.Fatal(err)
		}
		pins = append(pins, pin)
	}
	repo.Tag("v1.0.0", repo.Commit("main", fstest.MapFS{"new": {}}))
	for _, pin := range pins {
		got := files{}
		if err := s.Fetch(t.Context(), pin, got); err != nil || len(got.names()) != len(samplePack()) {
			t.Errorf("%s: got %q, %v: the pinned commit decides", pin.Rev, got.names(), err)
		}
	}
	// Rewritten, so that the commit is on no branch any more.
	after := repo.Git("commit-tree", "-m", "rewritten", before+"^{tree}")
	repo.Git("update-ref", "refs/heads/main", after)
	repo.Tag("v1.0.0", after)
	for _, pin := range pins {
		got := files{}
		wantCode(t, s.Fetch(t.Context(), pin, got), pack.CodeContentChanged)
		if len(got) > 0 {
			t.Errorf("%s: %q were delivered", pin.Rev, got.names())
		}
	}
	repo.Git("update-ref", "-d", "refs/tags/v1.0.0")
	wantCode(t, s.Fetch(t.Context(), pins[1], files{}), pack.CodeContentChanged)
}

func strangeTags(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	commit := repo.Commit("main", samplePack())
	repo.Annotate("three", repo.Annotate("two", repo.Annotate("one", commit)))
	repo.Annotate("blob", repo.Object("blob", []byte("text")))
	repo.Tag("tree", repo.Git("rev-parse", commit+"^{tree}"))
	tagObject := repo.Git("rev-parse", "refs/tags/one")
	url, _ := serve(t, repo)
	s := newSource(t)
	got := files{}
	if err := s.Fetch(t.Context(), pack.Pin{Scheme: "git", Location: url, Rev: "three"}, got); err != nil || len(got.names()) != 4 {
		t.Errorf("tag of a tag of a tag: got %q, %v", got.names(), err)
	}
	for _, rev := range []string{"blob", "tree", tagObject} {
		err := s.Fetch(t.Context(), pack.Pin{Scheme: "git", Location: url, Rev: rev}, files{})
		wantCode(t, err, pack.CodeGit)
		fails(t, s, url, rev, pack.CodeGit)
	}
}

func strangeSubdirectories(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	commit := repo.Commit("main", fstest.MapFS{
		"packs/one/pack.yaml": {}, "link": {Data: []byte("packs/one"), Mode: fs.ModeSymlink}, "up": {Data: []byte(".."), Mode: fs.ModeSymlink},
	})
	for subdir, code := range map[string]pack.Code{
		"packs/three": pack.CodeNotFound, "packs/one/pack.yaml": pack.CodeNotFound, "PACKS": pack.CodeNotFound, "p[a]cks": pack.CodeNotFound,
		"pack*": pack.CodeUnsafePath, "packs/?ne": pack.CodeUnsafePath, `packs\one`: pack.CodeUnsafePath, "packs\x00": pack.CodeUnsafePath,
		"link": pack.CodeForbiddenEntry, "link/a": pack.CodeForbiddenEntry, "up/packs": pack.CodeForbiddenEntry,
		"../packs": pack.CodeUnsafePath, "packs/../../packs": pack.CodeUnsafePath, "//packs": pack.CodeUnsafePath, "/packs": pack.CodeUnsafePath, "packs/./one": pack.CodeUnsafePath, "packs/../packs": pack.CodeUnsafePath,
		".": pack.CodeUnsafePath, "packs/": pack.CodeUnsafePath, "packs//one": pack.CodeUnsafePath,
	} {
		bothWays(t, repo, func(s *gitsource.Source, location string) {
			got := files{}
			wantCode(t, s.Fetch(t.Context(), pack.Pin{Scheme: "git", Location: location, Commit: commit, Subdir: subdir}, got), code)
			if len(got) > 0 {
				t.Errorf("%q: %q were delivered", subdir, got.names())
			}
		})
	}
}
