package gitsource_test

import (
	"encoding/hex"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack/internal/gittest"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/gitsource"
	"github.com/packtrain/pack/source/sourcetest"
)

// TestSuite runs the suite against real git: as it is, and as a server that
// serves only what it advertises.
func TestSuite(t *testing.T) {
	t.Parallel()
	repo := suiteRepo(t)
	strict := gittest.DenyWants(repo.Git("rev-parse", "refs/tags/v1.0.0"))
	for _, setting := range []struct {
		name, rev, subdir string
		faults            []gittest.Fault
	}{
		{"default branch", "", "", nil},
		{"subdirectory", "collection", "packs/sample", nil},
		{"annotated tag, strict server", "v1.0.0", "", []gittest.Fault{strict}},
	} {
		t.Run(setting.name, func(t *testing.T) {
			t.Parallel()
			url, _ := serve(t, repo, setting.faults...)
			loc := func(rev string) source.Locator {
				return source.Locator{Scheme: source.SchemeGit, Location: url, Rev: rev, Subdir: setting.subdir}
			}
			sourcetest.Run(t, func(t *testing.T) sourcetest.Harness {
				t.Helper()
				scratch := t.TempDir()
				return sourcetest.Harness{
					Source:  must(gitsource.New(&gitsource.Options{Network: gittest.Policy(), Scratch: scratch})),
					Locator: loc(setting.rev),
					Want:    samplePack(),
					Missing: source.Locator{Scheme: source.SchemeGit, Location: strings.Replace(url, "sample", "missing", 1)},
					Hostile: []source.Locator{loc("link"), loc("module"), loc("names"), loc("missing"), loc("refs/heads/../x")},
					Dirs:    []string{scratch},
				}
			})
		})
	}
}

// suiteRepo has the sample pack at its root and in a subdirectory, and branches
// that nobody should take.
func suiteRepo(t *testing.T) *gittest.Repo {
	t.Helper()
	repo := gittest.NewRepo(t)
	repo.Commit("tagged", samplePack())
	repo.Annotate("v1.0.0", repo.Commit("tagged", samplePack()))
	repo.Git("update-ref", "-d", "refs/heads/tagged")
	repo.Commit("main", samplePack())
	collection := fstest.MapFS{"README.md": {}}
	for name, file := range samplePack() {
		collection["packs/sample/"+name] = file
	}
	repo.Commit("collection", collection)
	repo.Commit("link", fstest.MapFS{
		"pack.yaml": {}, "packs/sample/link": {Data: []byte("/etc"), Mode: fs.ModeSymlink}, "link": {Data: []byte("/etc"), Mode: fs.ModeSymlink},
	})
	module, err := hex.DecodeString(someCommit)
	if err != nil {
		t.Fatal(err)
	}
	for branch, tree := range map[string][]byte{
		"module": treeObject(module, "160000 packs"),
		"names":  treeObject(objectID(t, repo, "blob", []byte("text")), "100644 ..", "100644 packs"),
	} {
		repo.CommitTree(branch, repo.Object("tree", tree))
	}
	return repo
}
