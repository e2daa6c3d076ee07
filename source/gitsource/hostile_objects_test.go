package gitsource_test

import (
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/testkit/gittest"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/gitsource"
	"github.com/packtrain/pack/source/sourcetest"
)

// fetchTree fetches a commit into a real tree and returns its digest.
func fetchTree(t *testing.T, s source.Source, url, commit string) (pack.Digest, error) {
	t.Helper()
	parent := t.TempDir()
	tree, err := source.NewTree(filepath.Join(parent, "tree"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := tree.Discard(); err != nil {
			t.Error(err)
		}
		if left, err := os.ReadDir(parent); err != nil || len(left) > 0 {
			t.Errorf("remaining files: %v, %v", left, err)
		}
	}()
	if err := s.Fetch(t.Context(), pack.Pin{Scheme: "git", Location: url, Commit: commit}, tree); err != nil {
		return "", err
	}
	result, err := tree.Finish()
	return result.TreeDigest, err
}

// A treeTest is a commit of one tree object and what becomes of it.
type treeTest struct {
	name string
	tree []byte
	code pack.Code
}

// runTreeTests fetches each tree over the network and from this machine.
func runTreeTests(t *testing.T, repo *gittest.Repo, tests []treeTest) {
	t.Helper()
	commits := make([]string, len(tests))
	for i, tt := range tests {
		commits[i] = repo.CommitTree(fmt.Sprintf("branch-%d", i), repo.Object("tree", tt.tree))
	}
	url, _ := serve(t, repo)
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.run(t, newSource(t), url, commits[i])
			if strings.HasSuffix(tt.name, `""`) {
				tt.code = pack.CodeUnsafePath // git does not serve this one, but here it is
			}
			tt.run(t, newLocal(t, repo.Dir), fileURL(repo.Dir), commits[i])
		})
	}
}

func (tt treeTest) run(t *testing.T, s source.Source, location, commit string) {
	t.Helper()
	_, err := fetchTree(t, s, location, commit)
	wantCode(t, err, tt.code)
	if tt.code != "" && tt.code != pack.CodeInvalidManifest { // as it is, too, when the manifest is read that these trees lack
		sourcetest.Receive(t, s, source.Locator{Scheme: source.SchemeGit, Location: location, Rev: commit}, tt.code)
	}
}

// objectID stores an object and returns its name as trees hold it.
func objectID(t *testing.T, repo *gittest.Repo, typ string, content []byte) []byte {
	t.Helper()
	id, err := hex.DecodeString(repo.Object(typ, content))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func strangeNames(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	blob := objectID(t, repo, "blob", []byte("text"))
	dir := objectID(t, repo, "tree", gittest.TreeObject(blob, "100644 a"))
	one := func(name string) []byte { return gittest.TreeObject(blob, "100644 "+name) }
	var tests []treeTest
	for name, code := range map[string]pack.Code{
		"..": pack.CodeUnsafePath, ".": pack.CodeUnsafePath, "a/b": pack.CodeUnsafePath, "../x": pack.CodeUnsafePath, "/x": pack.CodeUnsafePath,
		"": pack.CodeGit /* git does not serve it */, `a\b`: pack.CodeUnsafePath, `..\x`: pack.CodeUnsafePath, "git~1": pack.CodeUnsafePath, ".git ": pack.CodeUnsafePath,
		".g\u200cit": pack.CodeUnsafePath, ".git": pack.CodeInvalidManifest, ".GIT": pack.CodeInvalidManifest, "C:x": pack.CodeUnsafePath,
		"a\nb": pack.CodeUnsafePath, "a\x1b[2Jb": pack.CodeUnsafePath, "\xff": pack.CodeUnsafePath, "con": pack.CodeUnsafePath,
		strings.Repeat("n", 300): pack.CodeLimitExceeded, strings.Repeat("n", 70_000): pack.CodeLimitExceeded, "fine": "",
	} {
		tests = append(tests, treeTest{fmt.Sprintf("%.20q", name), one(name), code})
		tests = append(tests, treeTest{fmt.Sprintf("directory %.20q", name), gittest.TreeObject(dir, "40000 "+name), code})
	}
	tests = append(tests,
		treeTest{"twice", gittest.TreeObject(blob, "100644 a", "100644 a"), pack.CodeGit},
		treeTest{"unsorted", gittest.TreeObject(blob, "100644 b", "100644 a"), pack.CodeGit},
		treeTest{"file and directory", append(one("a"), gittest.TreeObject(dir, "40000 a")...), pack.CodeNameCollision},
		treeTest{"file and directory, apart", append(gittest.TreeObject(blob, "100644 a", "100644 a.b"), gittest.TreeObject(dir, "40000 a")...), pack.CodeNameCollision},
		treeTest{"cases", gittest.TreeObject(blob, "100644 A", "100644 a"), pack.CodeNameCollision},
		treeTest{"NUL", one("a\x00b"), pack.CodeGit},
		treeTest{"cut short", one("a")[:20], pack.CodeGit},
	)
	runTreeTests(t, repo, tests)
}

func strangeModes(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	blob := objectID(t, repo, "blob", []byte("/etc/passwd"))
	dir := objectID(t, repo, "tree", gittest.TreeObject(blob, "100644 a"))
	module, _ := hex.DecodeString(someCommit)
	long := objectID(t, repo, "blob", []byte(strings.Repeat("../", 10_000)))
	runTreeTests(t, repo, []treeTest{
		{"symbolic link", gittest.TreeObject(blob, "120000 a"), pack.CodeForbiddenEntry},
		{"symbolic link, long", gittest.TreeObject(long, "120000 a"), pack.CodeLimitExceeded},
		{"symbolic link, then through it", append(gittest.TreeObject(blob, "120000 a"), gittest.TreeObject(dir, "40000 a")...), pack.CodeForbiddenEntry},
		{"symbolic link to a tree", gittest.TreeObject(dir, "120000 a"), pack.CodeGit},
		{"submodule", gittest.TreeObject(module, "160000 a"), pack.CodePolicyDenied},
		{"100666", gittest.TreeObject(blob, "100666 a"), pack.CodeForbiddenEntry},
		{"100775", gittest.TreeObject(blob, "100775 a"), pack.CodeForbiddenEntry},
		{"104755", gittest.TreeObject(blob, "104755 a"), pack.CodeForbiddenEntry},
		{"0", gittest.TreeObject(blob, "0 a"), pack.CodeForbiddenEntry},
		{"none", gittest.TreeObject(blob, " a"), pack.CodeGit},
		{"no number", gittest.TreeObject(blob, "1006x4 a"), pack.CodeGit},
		{"file that is a tree", gittest.TreeObject(dir, "100644 a"), pack.CodeGit},
		{"directory that is a file", gittest.TreeObject(blob, "40000 a"), pack.CodeGit},
		{"100664", gittest.TreeObject(blob, "100664 a"), ""},
		{"zero in front", gittest.TreeObject(dir, "040000 a"), ""},
	})
}

func submoduleConfig(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	content := samplePack()
	content[".gitmodules"] = &fstest.MapFile{Data: []byte("[submodule \"../..\"]\n\tpath = x\r\n\turl = -x\n")}
	commit := repo.Commit("main", content)
	url, srv := serve(t, repo)
	got, err := fetch(t, newSource(t), url, commit)
	if err != nil || got.content(".gitmodules") != string(content[".gitmodules"].Data) {
		t.Errorf("got %q, %v", got.names(), err)
	}
	if got := srv.Requests(); len(got) != 1 {
		t.Errorf("more was asked for than the commit: %q", got)
	}
	p, err := pack.Load(content, nil)
	if err != nil {
		t.Fatal(err)
	}
	found := pack.Validate(content, p, nil)
	if !slices.ContainsFunc(found, func(f pack.Finding) bool { return f.Code == "tree.submodule" && f.File == ".gitmodules" }) {
		t.Errorf("nothing is reported: %v", found)
	}
}

func attributes(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	content := samplePack()
	for name, text := range map[string]string{
		".gitattributes": "*.txt eol=crlf ident\n*.utf working-tree-encoding=UTF-16\n*.sub export-subst\nsecret export-ignore\n*.bin filter=lfs\n",
		"a.txt":          "$Id$\nline\n", "a.utf": "text\n", "a.sub": "$Format:%H$\n", "secret": "kept\n", "a.bin": "\x00\r\n",
	} {
		content[name] = &fstest.MapFile{Data: []byte(text)}
	}
	commit := repo.Commit("main", content)
	var digests []pack.Digest
	bothWays(t, repo, func(s *gitsource.Source, location string) {
		got, err := fetchTree(t, s, location, commit)
		if err != nil {
			t.Error(err)
		}
		digests = append(digests, got)
	})
	tree, err := source.NewTree(filepath.Join(t.TempDir(), "tree"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := source.PutFS(t.Context(), tree, content); err != nil {
		t.Fatal(err)
	}
	want, err := tree.Finish()
	for _, got := range digests {
		if err != nil || got != want.TreeDigest {
			t.Errorf("got digest %s, want that of the files as committed, %s, %v", got, want.TreeDigest, err)
		}
	}
}

func nestedRepositories(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	blob := objectID(t, repo, "blob", []byte("gitdir: /tmp\n"))
	inner := objectID(t, repo, "tree", gittest.TreeObject(blob, "100644 .git"))
	config := objectID(t, repo, "tree", gittest.TreeObject(blob, "100644 config"))
	bare := func(head string) []byte {
		tree := gittest.TreeObject(blob, "100644 config", "100644 "+head)
		if head == "HEAD" {
			tree = gittest.TreeObject(blob, "100644 HEAD", "100644 config")
		}
		return objectID(t, repo, "tree", append(tree, gittest.TreeObject(config, "40000 objects", "40000 refs")...))
	}
	runTreeTests(t, repo, []treeTest{
		{"gitdir file", gittest.TreeObject(inner, "40000 sub"), pack.CodeInvalidManifest},
		{"bare", gittest.TreeObject(bare("HEAD"), "40000 sub"), pack.CodeInvalidManifest},
		{"bare, another case", gittest.TreeObject(bare("head"), "40000 sub"), pack.CodeInvalidManifest},
		{"bare at the top", append(gittest.TreeObject(blob, "100644 HEAD"), gittest.TreeObject(config, "40000 objects", "40000 refs")...), pack.CodeInvalidManifest},
		{"not quite", gittest.TreeObject(bare("heads"), "40000 sub"), ""},
		{".git/config", gittest.TreeObject(config, "40000 .git"), pack.CodeInvalidManifest},
	})
}

func lfsPointers(t *testing.T) {
	t.Parallel()
	pointer := []byte("version https://git-lfs.github.com/spec/v1\noid sha256:" + strings.Repeat("0a", 32) + "\nsize 12345\n")
	for _, name := range []string{"pack.yaml", "pack/pack.yaml"} {
		repo := gittest.NewRepo(t)
		commit := repo.Commit("main", fstest.MapFS{name: {Data: pointer}})
		bothWays(t, repo, func(s *gitsource.Source, location string) {
			_, err := fetch(t, s, location, commit)
			wantCode(t, err, pack.CodeInvalidManifest)
			if err != nil && !strings.Contains(err.Error(), "Git LFS") {
				t.Errorf("%v does not say what is the matter", err)
			}
			fails(t, s, location, commit, pack.CodeInvalidManifest)
		})
	}
}

// bombs are trees that grow while they are walked; those of packs are in
// internal/git.
func bombs(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	blob := objectID(t, repo, "blob", make([]byte, 1<<20))
	names := func(mode string, n int) []string {
		entries := make([]string, n)
		for i := range entries {
			entries[i] = fmt.Sprintf("%s %03d", mode, i)
		}
		return entries
	}
	million := gittest.TreeObject(blob, names("100644", 100)...)
	nothing := gittest.TreeObject(objectID(t, repo, "tree", nil), names("40000", 100)...)
	deep := gittest.TreeObject(blob, "100644 a")
	for range 3 {
		million = gittest.TreeObject(objectID(t, repo, "tree", million), names("40000", 100)...)
		nothing = gittest.TreeObject(objectID(t, repo, "tree", nothing), names("40000", 100)...)
	}
	for range 100 {
		deep = gittest.TreeObject(objectID(t, repo, "tree", deep), "40000 d")
	}
	url, _ := serve(t, repo)
	for name, tree := range map[string][]byte{"bytes": million, "directories": nothing, "depth": deep} {
		commit := repo.CommitTree(name, repo.Object("tree", tree))
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := newSource(t).Fetch(t.Context(), pack.Pin{Scheme: "git", Location: url, Commit: commit}, nowhere{})
			wantCode(t, err, pack.CodeLimitExceeded)
			if name == "depth" { // the others are as much as a disk takes in seconds
				fails(t, newSource(t), url, commit, pack.CodeLimitExceeded)
			}
			err = newLocal(t, repo.Dir).Fetch(t.Context(), pack.Pin{Scheme: "git", Location: fileURL(repo.Dir), Commit: commit}, nowhere{})
			wantCode(t, err, pack.CodeLimitExceeded)
		})
	}
	s := must(gitsource.New(local(), &gitsource.Options{Limits: gitsource.Limits{PackBytes: 100}}))
	_, err := fetch(t, s, url, repo.Git("rev-parse", "bytes"))
	wantCode(t, err, pack.CodeLimitExceeded)
}
