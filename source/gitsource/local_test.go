package gitsource_test

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/testkit/gittest"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/gitsource"
	"github.com/packtrain/pack/source/sourcetest"
)

// fileURL is the location of a repository of this machine.
func fileURL(dir string) string { return (&url.URL{Scheme: "file", Path: dir}).String() }

// newLocal returns a source that may read below dir.
func newLocal(t testing.TB, dir string) *gitsource.Source {
	t.Helper()
	return must(gitsource.New(nil, &gitsource.Options{Roots: []string{dir}, Scratch: t.TempDir()}))
}

// clone makes a repository with a work tree out of a bare one.
func clone(t *testing.T, repo *gittest.Repo) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "work tree")
	repo.Git("clone", "-q", repo.Dir, dir)
	return dir
}

// TestLocalSuite runs the suite against repositories of this machine: bare with
// loose objects, with one pack, and with a work tree.
func TestLocalSuite(t *testing.T) {
	t.Parallel()
	loose, packed := suiteRepo(t), suiteRepo(t)
	packed.Git("gc", "-q")
	for _, setting := range []struct{ name, dir, rev, subdir string }{
		{"loose, default branch", loose.Dir, "", ""},
		{"packed, annotated tag", packed.Dir, "v1.0.0", ""},
		{"work tree, subdirectory", clone(t, packed), "refs/remotes/origin/collection", "packs/sample"},
	} {
		t.Run(setting.name, func(t *testing.T) {
			t.Parallel()
			loc := func(rev string) source.Locator {
				return source.Locator{Scheme: source.SchemeGit, Location: fileURL(setting.dir), Rev: rev, Subdir: setting.subdir}
			}
			missing := loc("")
			missing.Location = fileURL(filepath.Join(filepath.Dir(setting.dir), "missing"))
			sourcetest.Run(t, func(t *testing.T) sourcetest.Harness {
				t.Helper()
				scratch := t.TempDir()
				return sourcetest.Harness{
					Source:  must(gitsource.New(nil, &gitsource.Options{Roots: []string{filepath.Dir(setting.dir)}, Scratch: scratch})),
					Locator: loc(setting.rev),
					Want:    samplePack(),
					Missing: missing,
					Hostile: []source.Locator{loc("link"), loc("module"), loc("names"), loc("missing"), loc("refs/heads/../x")},
					Dirs:    []string{scratch, setting.dir},
				}
			})
		})
	}
}

// A local repository yields the same content as its server, however it is
// stored.
func TestLocalIsAsServed(t *testing.T) {
	t.Parallel()
	repo, commit := deepRepo(t)
	served, _ := serve(t, repo)
	want, err := fetchTree(t, newSource(t), served, commit)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range [][]string{
		{"count-objects"}, // as it is
		{"repack", "-q", "-a", "-d", "-f", "--depth=50", "--window=50"},
		{"-c", "repack.useDeltaBaseOffset=false", "repack", "-q", "-a", "-d", "-f", "--depth=50", "--window=50"},
		{"-c", "pack.compression=0", "repack", "-q", "-a", "-d", "-F"},
		{"pack-refs", "--all"},
		{"multi-pack-index", "write"},
	} {
		repo.Git(step...)
		for _, rev := range []string{commit, "main", "v1.0.0", ""} {
			tree := &files{}
			err := newLocal(t, repo.Dir).Fetch(t.Context(), pack.Pin{Scheme: "git", Location: fileURL(repo.Dir), Rev: rev}, tree)
			if err != nil {
				t.Errorf("after %q: rev %q: %v", step, rev, err)
			}
		}
		got, err := fetchTree(t, newLocal(t, repo.Dir), fileURL(repo.Dir), commit)
		if err != nil || got != want {
			t.Errorf("after %q: got digest %s, %v, want %s", step, got, err, want)
		}
	}
}

// deepRepo has files that changed often, so that git stores the differences.
func deepRepo(t *testing.T) (*gittest.Repo, string) {
	t.Helper()
	repo := gittest.NewRepo(t)
	content := samplePack()
	var commit, text string
	for i := range 20 {
		text += strings.Repeat(fmt.Sprintf("line %d of the text\n", i), 20)
		content["long.txt"] = &fstest.MapFile{Data: []byte(text)}
		content["other.txt"] = &fstest.MapFile{Data: []byte("start\n" + text)}
		commit = repo.Commit("main", content)
	}
	repo.Annotate("v1.0.0", commit)
	return repo, commit
}

func TestLocalResolve(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	first := repo.Commit("main", samplePack())
	second := repo.Commit("main", fstest.MapFS{"pack.yaml": {}})
	repo.Branch("feature/x", first)
	repo.Annotate("chain", repo.Annotate("inner", first))
	repo.Annotate("v1.0.0", first)
	repo.Tag("v1.1.0", first)
	repo.Git("pack-refs", "--all")
	repo.Annotate("v1.1.0", second) // a loose one in place of a packed one
	repo.Tag("v2.0.0", second)
	repo.Git("symbolic-ref", "refs/heads/alias", "refs/heads/feature/x")
	s := newLocal(t, repo.Dir)
	for rev, want := range map[string]string{
		"": second, "main": second, "feature/x": first, "chain": first, "v1.0.0": first, "v1.1.0": second, "v2.0.0": second,
		"alias": first, "refs/tags/inner": first,
	} {
		pin, err := resolve(t, s, fileURL(repo.Dir), rev)
		if err != nil || pin.Commit != want {
			t.Errorf("%q: got %s, %v, want %s", rev, pin.Commit, err, want)
		}
	}
	writeFile(t, filepath.Join(repo.Dir, "refs", "tags", "broken"), someCommit+"\n")
	_, err := resolve(t, s, fileURL(repo.Dir), "feature")
	wantCode(t, err, pack.CodeNotFound)
	repo.Git("update-ref", "--no-deref", "HEAD", first)
	if pin, err := resolve(t, s, fileURL(repo.Dir), ""); err != nil || pin.Commit != first {
		t.Errorf("a HEAD that is a commit: got %+v, %v", pin, err)
	}
}

// Git moves objects from files of their own into a pack while they are read.
func TestLocalWhileGitCollects(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	commit := repo.Commit("main", samplePack())
	sink := &failing{after: 1, then: func() { repo.Git("gc", "-q", "--prune=now") }}
	if err := newLocal(t, repo.Dir).Fetch(t.Context(), pack.Pin{Scheme: "git", Location: fileURL(repo.Dir), Commit: commit}, sink); err != nil {
		t.Error(err)
	}
}

func TestLocalIsConfined(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	repo.Commit("main", samplePack())
	parent := t.TempDir()
	inside := filepath.Join(parent, "x.git")
	repo.Git("clone", "-q", "--bare", repo.Dir, inside)
	if err := os.Symlink(repo.Dir, filepath.Join(parent, "link.git")); err != nil {
		t.Fatal(err)
	}
	refused(t, must(gitsource.New(nil, nil)), fileURL(inside), "main", pack.CodePolicyDenied)
	s := newLocal(t, parent)
	if _, err := resolve(t, s, fileURL(inside), "main"); err != nil {
		t.Errorf("what is allowed: %v", err)
	}
	for location, code := range map[string]pack.Code{
		fileURL(repo.Dir): pack.CodePolicyDenied, fileURL(parent + "/link.git"): pack.CodePolicyDenied, fileURL("/"): pack.CodePolicyDenied,
		fileURL(parent) + "/../x.git": pack.CodeInvalidRequest, "file://host" + inside: pack.CodePolicyDenied, "file:x": pack.CodePolicyDenied,
		"file:" + inside + "?x": pack.CodePolicyDenied, fileURL(inside + "\x00"): pack.CodePolicyDenied, inside: pack.CodePolicyDenied,
		"FILE://" + inside: pack.CodePolicyDenied, fileURL(parent + "/gone"): pack.CodeNotFound, fileURL(parent): pack.CodeNotFound,
		fileURL(inside + "/HEAD"): pack.CodeInvalidRequest, fileURL(inside + "/objects"): pack.CodeNotFound,
	} {
		refused(t, s, location, "main", code)
	}
}

func TestNewRefusesRelativeRoots(t *testing.T) {
	t.Parallel()
	_, err := gitsource.New(nil, &gitsource.Options{Roots: []string{"/srv", "repos"}})
	wantCode(t, err, pack.CodeInvalidRequest)
}
