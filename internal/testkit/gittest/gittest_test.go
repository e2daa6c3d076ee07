package gittest_test

import (
	"io/fs"
	"os/exec"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack/internal/testkit/gittest"
)

func TestServedRepositoryClonesWithGit(t *testing.T) {
	t.Parallel()
	git := gittest.Require(t)
	repo := gittest.NewRepo(t)
	repo.Commit("main", fstest.MapFS{"a.txt": {Data: []byte("one\n")}})
	want := repo.Commit("main", fstest.MapFS{
		"bin/run": {Data: []byte("#!/bin/sh\n"), Mode: 0o755},
		"link":    {Data: []byte("bin/run"), Mode: fs.ModeSymlink},
	})
	repo.Annotate("v1.0.0", want)
	srv := gittest.NewServer(t, map[string]*gittest.Repo{"a.git": repo})

	dst := filepath.Join(t.TempDir(), "clone")
	out, err := exec.CommandContext(t.Context(), git, "clone", "-q", "-b", "v1.0.0", srv.URL+"/a.git", dst).CombinedOutput()
	if err != nil {
		t.Fatalf("clone: %v\n%s", err, out)
	}
	out, err = exec.CommandContext(t.Context(), git, "-C", dst, "ls-tree", "-r", "HEAD").Output()
	if err != nil {
		t.Fatal(err)
	}
	const tree = "100755 blob 1a2485251c33a70432394c93fb89330ef214bfc9\tbin/run\n" +
		"120000 blob e08d0670e1da0f198f469c22be19212af7ac5f61\tlink\n"
	if got := string(out); got != tree {
		t.Errorf("ls-tree: got\n%swant\n%s", got, tree)
	}
	if len(srv.Requests()) == 0 {
		t.Error("no request was recorded")
	}
}
