package gitsource_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/testkit/gittest"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/gitsource"
)

// nowhere is a sink that keeps nothing and does not even read.
type nowhere struct{}

func (nowhere) Put(context.Context, source.Entry, io.Reader) error { return nil }

func strangeServers(t *testing.T) {
	t.Parallel()
	pack1, commit := gittest.SmallPack()
	good := wire{refs: refsOf(commit+" HEAD", commit+" refs/heads/main"), upload: uploadOf(pack1)}
	if _, err := fetch(t, newSource(t), good.serve(t), ""); err != nil {
		t.Fatalf("what the others are made of: %v", err)
	}
	ansi := "\x1b]0;owned\x07\x1b[2J" + strings.Repeat("!", 60_000)
	tests := []struct {
		name         string
		refs, upload string
	}{
		{"dumb HTTP", commit + "\trefs/heads/main\n", ""},
		{"nothing", "", ""},
		{"HTML", "<html>log in</html>", "<html>log in</html>"},
		{"protocol 2", line("# service=git-upload-pack\n") + "0000" + line("version 2\n") + line("agent=x\n") + "0000", ""},
		{"another service", strings.Replace(good.refs, "upload", "receiv", 1), good.upload},
		{"list ends early", good.refs[:len(good.refs)-4], good.upload},
		{"list is garbage", refsOf(ansi), good.upload},
		{"list has an error", line("# service=git-upload-pack\n") + "0000" + line("ERR "+ansi), good.upload},
		{"name of no object", refsOf("0123 refs/heads/main"), good.upload},
		{"line length is garbage", "zzzz", "zzzz"},
		{"line is too long", "ffff", "ffff"},
		{"refusal with escape codes", good.refs, line("ERR " + ansi)},
		{"no acknowledgement", good.refs, "0000" + band(1, string(pack1)) + "0000"},
		{"error in the side band", good.refs, "0000" + line("NAK\n") + band(3, ansi) + "0000"},
		{"unknown band", good.refs, "0000" + line("NAK\n") + band(9, ansi) + "0000"},
		{"progress without a pack", good.refs, "0000" + line("NAK\n") + band(2, ansi) + "0000"},
		{"no side band", good.refs, "0000" + line("NAK\n") + string(pack1)},
		{"pack is garbage", good.refs, uploadOf([]byte(ansi))},
		{"pack is cut", good.refs, uploadOf(pack1[:len(pack1)-30])},
		{"pack has another checksum", good.refs, uploadOf(append(pack1[:len(pack1)-20:len(pack1)-20], make([]byte, 20)...))},
		{"pack of version 3", good.refs, uploadOf([]byte(strings.Replace(string(pack1), "PACK\x00\x00\x00\x02", "PACK\x00\x00\x00\x03", 1)))},
		{"pack of something else", good.refs, uploadOf(otherPack())},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			url := wire{tt.refs, tt.upload}.serve(t)
			err := newSource(t).Fetch(t.Context(), pack.Pin{Scheme: "git", Location: url, Rev: "main"}, files{})
			wantCode(t, err, pack.CodeGit)
			fails(t, newSource(t), url, "main", pack.CodeGit)
		})
	}
	t.Run("a million branches", manyBranches)
	t.Run("protocol 1 and bundles", inertOffers)
	t.Run("endless progress", func(t *testing.T) {
		t.Parallel()
		endless := wire{good.refs, "0000" + line("NAK\n") + strings.Repeat(band(2, "counting"), 10_000)}
		s := must(gitsource.New(local(), &gitsource.Options{Limits: gitsource.Limits{PackBytes: 64 << 10}}))
		_, err := fetch(t, s, endless.serve(t), commit)
		wantCode(t, err, pack.CodeLimitExceeded)
	})
	t.Run("wrong content type", wrongContentType)
}

// inertOffers: protocol 1 is read, and what else is offered is not asked for.
func inertOffers(t *testing.T) {
	t.Parallel()
	content, commit := gittest.SmallPack()
	refs := line("# service=git-upload-pack\n") + "0000" + line("version 1\n") +
		line(commit+" HEAD\x00side-band-64k bundle-uri bundle.one.uri=http://127.0.0.1:1/evil packfile-uris=http symref=HEAD:../../x agent=\x1b[2J\n") +
		line(commit+" refs/heads/main\n") + "0000"
	var asked []string
	answers := wire{refs, uploadOf(content)}.handler()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.URL.Path+" "+r.Header.Get("Git-Protocol"))
		answers.ServeHTTP(w, r)
	}))
	defer srv.Close()
	got := files{}
	err := newSource(t).Fetch(t.Context(), pack.Pin{Scheme: "git", Location: srv.URL + "/x.git", Rev: "main"}, got)
	if err != nil || len(got.names()) != 1 {
		t.Errorf("got %q, %v", got.names(), err)
	}
	if want := []string{"GET /x.git/info/refs ", "POST /x.git/git-upload-pack "}; !slices.Equal(asked, want) {
		t.Errorf("got requests %q, want %q", asked, want)
	}
}

func otherPack() []byte {
	content, _ := gittest.BuildPack(gittest.Packed{Type: gittest.BlobType, Data: []byte("something else")})
	return content
}

func manyBranches(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(line("# service=git-upload-pack\n") + "0000" + line(someCommit+" HEAD\x00shallow\n"))
	for b.Len() < 17<<20 {
		b.WriteString(line(someCommit + " refs/heads/a-branch-with-a-name-that-is-rather-long\n"))
	}
	_, err := resolve(t, newSource(t), wire{refs: b.String() + "0000"}.serve(t), "main")
	wantCode(t, err, pack.CodeLimitExceeded)
}

func wrongContentType(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	commit := repo.Commit("main", samplePack())
	for _, service := range []string{gittest.ListRefs, gittest.Fetch} {
		url, _ := serve(t, repo, gittest.On(service, gittest.ContentType("text/html; charset=utf-8")))
		err := newSource(t).Fetch(t.Context(), pack.Pin{Scheme: "git", Location: url, Rev: "main"}, files{})
		wantCode(t, err, pack.CodeGit)
	}
	url, _ := serve(t, repo, gittest.On(gittest.Fetch, gittest.Truncate(500)))
	_, err := fetch(t, newSource(t), url, commit)
	wantCode(t, err, pack.CodeGit)
}

func credentialsWanted(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	commit := repo.Commit("main", samplePack())
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden} {
		url, srv := serve(t, repo, gittest.Status(status))
		refused(t, newSource(t), url, "main", pack.CodeUnauthorized)
		_, err := fetch(t, newSource(t), url, commit)
		wantCode(t, err, pack.CodeUnauthorized)
		if got := srv.Requests(); len(got) != 4 {
			t.Errorf("%d: got requests %q, want no second tries", status, got)
		}
	}
}

// No program is ever started and no configuration read, whatever git is
// installed and whatever its variables say: nothing that could do so is linked.
func noProcess(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatalf("list dependencies: %v", err)
	}
	const git = "github.com/go-git/go-git/v5"
	for _, pkg := range strings.Fields(string(out)) {
		switch pkg {
		case "os/exec", git, git + "/config", git + "/plumbing/format/config", git + "/plumbing/transport", git + "/plumbing/transport/file":
			t.Errorf("%s is linked", pkg)
		}
	}
}

func concurrencyAndCancellation(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	commit := repo.Commit("main", samplePack())
	scratch := t.TempDir()
	s := must(gitsource.New(local(), &gitsource.Options{Scratch: scratch}))
	t.Cleanup(func() {
		if left, err := os.ReadDir(scratch); err != nil || len(left) > 0 {
			t.Errorf("scratch directory holds %v, %v", left, err)
		}
	})
	t.Run("two at once", func(t *testing.T) {
		t.Parallel()
		url, _ := serve(t, repo)
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				got := files{}
				err := s.Fetch(t.Context(), pack.Pin{Scheme: "git", Location: url, Commit: commit}, got)
				if err != nil || len(got.names()) != 4 {
					t.Errorf("got %q, %v", got.names(), err)
				}
			})
		}
		wg.Wait()
	})
	for _, service := range []string{gittest.ListRefs, gittest.Fetch} {
		for _, sent := range []int{0, 60, 200} {
			t.Run("server stalls", func(t *testing.T) {
				t.Parallel()
				stalled := make(chan struct{}, 1)
				url, _ := serve(t, repo, gittest.On(service, gittest.Stall(sent, stalled)))
				ctx, cancel := context.WithCancel(t.Context())
				go func() { <-stalled; cancel() }()
				err := s.Fetch(ctx, pack.Pin{Scheme: "git", Location: url, Rev: "main"}, files{})
				wantCode(t, err, pack.CodeCancelled)
			})
		}
	}
	t.Run("while delivering", func(t *testing.T) {
		t.Parallel()
		url, _ := serve(t, repo)
		ctx, cancel := context.WithCancel(t.Context())
		sink := &failing{after: 1, then: cancel}
		err := s.Fetch(ctx, pack.Pin{Scheme: "git", Location: url, Commit: commit}, sink)
		if !errors.Is(err, context.Canceled) || sink.calls != 1 {
			t.Errorf("got %v after %d entries", err, sink.calls)
		}
	})
}
