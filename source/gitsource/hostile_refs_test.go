package gitsource_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/testkit/gittest"
	"github.com/packtrain/pack/source/gitsource"
)

// manyRefs: a list of branches and tags is bounded here as it is on a server.
func manyRefs(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]func(t *testing.T, r storedRepo){
		"files": func(t *testing.T, r storedRepo) {
			t.Helper()
			for i := range 50 {
				writeFile(t, filepath.Join(r.dir, "refs", "heads", fmt.Sprint("branch", i)), someCommit+"\n")
			}
		},
		"directories": func(t *testing.T, r storedRepo) {
			t.Helper()
			for i := range 50 {
				mkdir(t, filepath.Join(r.dir, "refs", fmt.Sprint("empty", i)))
			}
		},
		"no names of branches": func(t *testing.T, r storedRepo) {
			t.Helper()
			for i := range 50 {
				writeFile(t, filepath.Join(r.dir, "refs", "heads", fmt.Sprint(i, ".lock")), "")
			}
		},
		"packed": func(t *testing.T, r storedRepo) {
			t.Helper()
			writeFile(t, filepath.Join(r.dir, "packed-refs"), strings.Repeat(someCommit+" refs/heads/x\n", 50))
		},
		"depth": func(t *testing.T, r storedRepo) {
			t.Helper()
			mkdir(t, filepath.Join(r.dir, "refs", "heads", strings.Repeat("a/", 64)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newStoredRepo(t)
			if _, err := resolve(t, r.source(gitsource.Limits{RefBytes: 1000}), fileURL(r.dir), "main"); err != nil {
				t.Errorf("without them: %v", err)
			}
			write(t, r)
			limits := gitsource.Limits{RefBytes: 1000}
			if name == "depth" {
				limits.RefBytes = 0
			}
			_, err := resolve(t, r.source(limits), fileURL(r.dir), "main")
			wantCode(t, err, pack.CodeLimitExceeded)
		})
	}
}

func mkdir(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
}

// hugePackedRefs: a file of a terabyte is not read for its first branch.
func hugePackedRefs(t *testing.T) {
	t.Parallel()
	r := newStoredRepo(t)
	path := filepath.Join(r.dir, "packed-refs")
	writeFile(t, path, someCommit+" refs/heads/x\n")
	if err := os.Truncate(path, 1<<40); err != nil {
		t.Skip("no file of that size here: ", err)
	}
	_, err := resolve(t, newLocal(t, r.dir), fileURL(r.dir), "main")
	wantCode(t, err, pack.CodeLimitExceeded)
}

// A directory is not read to its end once it exceeds the limit. It counts
// allocations, so no other test may run at the same time.
func TestLooseRefsAreLimitedWhileTheyAreListed(t *testing.T) { //nolint:paralleltest // as it says
	r := newStoredRepo(t)
	const files = 10_000
	for i := range files {
		writeFile(t, filepath.Join(r.dir, "refs", "heads", fmt.Sprint("branch", i)), someCommit)
	}
	s := r.source(gitsource.Limits{RefBytes: 500})
	allocated := testing.AllocsPerRun(1, func() {
		_, err := resolve(t, s, fileURL(r.dir), "main")
		wantCode(t, err, pack.CodeLimitExceeded)
	})
	if allocated > files/2 {
		t.Errorf("%.0f allocations for a few of %d files", allocated, files)
	}
}

// symbolicRefs: names may lead to names, but not for ever.
func symbolicRefs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		head string
		refs map[string]string
		code pack.Code
	}{
		{"to itself", "HEAD", nil, pack.CodeNotFound},
		{"to a branch that leads to itself", "refs/heads/a", map[string]string{"a": "ref: refs/heads/a"}, pack.CodeNotFound},
		{"in a circle", "refs/heads/a", map[string]string{"a": "ref: refs/heads/b", "b": "ref: refs/heads/a"}, pack.CodeNotFound},
		{"back to HEAD", "refs/heads/a", map[string]string{"a": "ref: HEAD"}, pack.CodeNotFound},
		{"to nothing", "refs/heads/gone", nil, pack.CodeNotFound},
		{"out of the repository", "../../../../etc/passwd", nil, pack.CodeNotFound},
		{"to a file that is not a branch", "config", nil, pack.CodeNotFound},
		{"five times", "refs/heads/a", chainOfNames(4), ""},
		{"six times", "refs/heads/a", chainOfNames(5), pack.CodeNotFound},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newStoredRepo(t)
			writeFile(t, filepath.Join(r.dir, "config"), someCommit)
			writeFile(t, filepath.Join(r.dir, "HEAD"), "ref: "+tt.head+"\n")
			for name, text := range tt.refs {
				writeFile(t, filepath.Join(r.dir, "refs", "heads", name), text+"\n")
			}
			s := newLocal(t, r.dir)
			for range 10 { // in whatever order they are followed
				pin, err := resolve(t, s, fileURL(r.dir), "")
				wantCode(t, err, tt.code)
				if err == nil && pin.Commit != someCommit {
					t.Errorf("got commit %q", pin.Commit)
				}
			}
		})
	}
}

// chainOfNames leads from "a" to the branch main in n steps.
func chainOfNames(n int) map[string]string {
	refs, last := map[string]string{}, "main"
	for i := range n {
		name := string(rune('a' + n - 1 - i))
		refs[name], last = "ref: refs/heads/"+last, name
	}
	return refs
}

// tagLoop: two tags can only lead to each other when one has a wrong name.
func tagLoop(t *testing.T) {
	t.Parallel()
	r := newStoredRepo(t)
	for id, target := range map[string]string{someCommit: otherName, otherName: someCommit} {
		text := "object " + target + "\ntype tag\ntag x\n\n"
		r.loose(t, id, fmt.Sprintf("tag %d\x00%s", len(text), text), nil)
	}
	writeFile(t, filepath.Join(r.dir, "refs", "tags", "loop"), someCommit+"\n")
	fails(t, newLocal(t, r.dir), fileURL(r.dir), "loop", pack.CodeGit)
}

// strangeLocalTags: only tags are loaded to find out what tags lead to.
func strangeLocalTags(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	commit := repo.Commit("main", samplePack())
	large := repo.Object("blob", make([]byte, 2<<20))
	repo.Tag("blob", large)
	repo.Annotate("blob2", large)
	repo.Tag("tree", repo.Git("rev-parse", commit+"^{tree}"))
	object, typ := commit, "commit"
	for range 70 {
		object, typ = repo.Object("tag", []byte("object "+object+"\ntype "+typ+"\ntag x\ntagger x <> 0 +0000\n\n")), "tag"
	}
	repo.Tag("chain", object)
	nothing := repo.Object("tag", []byte("tag x\n\n"))
	for _, packed := range []bool{false, true} {
		if packed {
			if err := os.Remove(filepath.Join(repo.Dir, "refs", "tags", "nothing")); err != nil {
				t.Fatal(err) // git reads what it packs
			}
			repo.Git("repack", "-q", "-a", "-d")
		}
		writeFile(t, filepath.Join(repo.Dir, "refs", "tags", "nothing"), nothing)
		s := newLocal(t, repo.Dir)
		if pin, err := resolve(t, s, fileURL(repo.Dir), "blob2"); err != nil || pin.Commit != large {
			t.Errorf("got %q, %v, want what the tag leads to", pin.Commit, err)
		}
		for _, rev := range []string{"blob", "blob2", "tree", "chain", "nothing"} {
			err := s.Fetch(t.Context(), pack.Pin{Scheme: "git", Location: fileURL(repo.Dir), Rev: rev}, files{})
			wantCode(t, err, pack.CodeGit)
			fails(t, s, fileURL(repo.Dir), rev, pack.CodeGit)
		}
	}
	long := repo.Object("tag", []byte("object "+commit+"\n"+strings.Repeat("\n", 1<<20)))
	writeFile(t, filepath.Join(repo.Dir, "refs", "tags", "long"), long)
	_, err := resolve(t, newLocal(t, repo.Dir), fileURL(repo.Dir), "main")
	wantCode(t, err, pack.CodeLimitExceeded)
}
