package gitsource_test

import (
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/testkit/gittest"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/gitsource"
	"github.com/packtrain/pack/source/sourcetest"
)

// TestSuite runs the suite against real git: as it is, as a server that serves
// only what it advertises, and as one that wants a password.
func TestSuite(t *testing.T) {
	t.Parallel()
	repo := suiteRepo(t)
	const secret = "s3cr3t p4ssw0rd"
	strict := gittest.DenyWants(repo.Git("rev-parse", "refs/tags/v1.0.0"))
	for _, setting := range []struct {
		name, rev, subdir string
		faults            []gittest.Fault
	}{
		{"default branch", "", "", nil},
		{"subdirectory", "collection", "packs/sample", nil},
		{"annotated tag, strict server", "v1.0.0", "", []gittest.Fault{strict}},
		{"password", "main", "", []gittest.Fault{basic("robot", secret)}},
	} {
		t.Run(setting.name, func(t *testing.T) {
			t.Parallel()
			url, _ := serve(t, repo, setting.faults...)
			loc := func(rev string) source.Locator {
				return source.Locator{Scheme: source.SchemeGit, Location: url, Rev: rev, Subdir: setting.subdir}
			}
			credentials := map[string]pack.Credential{originOf(url): pack.BasicCredential("robot", secret)}
			sourcetest.Run(t, func(t *testing.T) sourcetest.Harness {
				t.Helper()
				scratch := t.TempDir()
				return sourcetest.Harness{
					Source: must(gitsource.New(
						clientFor(pack.Network{Policy: gittest.Policy(), Credentials: credentials}), &gitsource.Options{Scratch: scratch},
					)),
					Locator: loc(setting.rev),
					Want:    samplePack(),
					Missing: source.Locator{Scheme: source.SchemeGit, Location: strings.Replace(url, "sample", "missing", 1)},
					Hostile: []source.Locator{loc("link"), loc("module"), loc("names"), loc("missing"), loc("refs/heads/../x")},
					Dirs:    []string{scratch},
					Secrets: []string{secret, base64.StdEncoding.EncodeToString([]byte("robot:" + secret))},
				}
			})
		})
	}
}

// suiteRepo has the sample pack at its root and in a subdirectory, and branches
// that must not be chosen.
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
		"module": gittest.TreeObject(module, "160000 packs"),
		"names":  gittest.TreeObject(objectID(t, repo, "blob", []byte("text")), "100644 ..", "100644 packs"),
	} {
		repo.CommitTree(branch, repo.Object("tree", tree))
	}
	return repo
}
