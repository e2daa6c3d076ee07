package gitsource_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/testkit/gittest"
	"github.com/packtrain/pack/source/gitsource"
)

// strangeStores is H15: what makes git read another object than the one that
// was named, or from elsewhere.
func strangeStores(t *testing.T) {
	t.Parallel()
	t.Run("alternates", alternates)
	t.Run("replaced and grafted", replaced)
	t.Run("config", includes)
	t.Run("shallow server", shallowServer)
	t.Run("links", linkedStores)
	t.Run("corrupt", corruptStores)
}

// alternates: a repository without objects of its own gets none.
func alternates(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	repo.Commit("main", samplePack())
	parent := t.TempDir()
	borrower := filepath.Join(parent, "borrower.git")
	repo.Git("clone", "-q", "--bare", "--shared", repo.Dir, borrower)
	s := newLocal(t, parent)
	pin, err := resolve(t, s, fileURL(borrower), "main")
	if err != nil {
		t.Fatal(err)
	}
	got, err := fetch(t, s, fileURL(borrower), pin.Commit)
	wantCode(t, err, pack.CodeGit)
	if len(got) > 0 || err != nil && !strings.Contains(err.Error(), "alternates") {
		t.Errorf("got %q and %v, want nothing, and what is the matter", got.names(), err)
	}
}

func replaced(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	commit := repo.Commit("main", samplePack())
	evil := repo.Commit("evil", fstest.MapFS{"evil": {}})
	repo.Git("replace", commit, evil)
	writeFile(t, filepath.Join(repo.Dir, "info", "grafts"), commit+" "+evil+"\n")
	writeFile(t, filepath.Join(repo.Dir, "shallow"), commit+"\n")
	if got := repo.Git("ls-tree", "--name-only", commit); got != "evil" {
		t.Fatalf("git is not misled: %s", got)
	}
	url, _ := serve(t, repo)
	for location, s := range map[string]*gitsource.Source{url: newSource(t), fileURL(repo.Dir): newLocal(t, repo.Dir)} {
		got, err := fetch(t, s, location, commit)
		if err != nil || len(got.names()) != 4 {
			t.Errorf("got %q, %v", got.names(), err)
		}
	}
}

// includes: the configuration is not read, so that it may be anything.
func includes(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	commit := repo.Commit("main", samplePack())
	writeFile(t, filepath.Join(repo.Dir, "config"), "[include]\n\tpath = /dev/zero\n[core]\n\tworktree = /\n[extensions]\n\tpartialClone = x\n[broken")
	if _, err := fetch(t, newLocal(t, repo.Dir), fileURL(repo.Dir), commit); err != nil {
		t.Error(err)
	}
}

// shallowServer says that history ends where it likes.
func shallowServer(t *testing.T) {
	t.Parallel()
	content, commit := gittest.SmallPack()
	lines := line("shallow "+someCommit) + line("shallow "+commit) + line("unshallow "+someCommit)
	for name, upload := range map[string]string{
		"shallow":        lines + uploadOf(content),
		"garbage":        line("shallow ../../x\n") + uploadOf(content),
		"twice":          lines + "0000" + lines + uploadOf(content),
		"without an end": lines,
	} {
		_, err := fetch(t, newSource(t), wire{upload: upload}.serve(t), commit)
		if name == "without an end" {
			wantCode(t, err, pack.CodeGit)
		} else if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// linkedStores: nothing is read through a link, not even inside.
func linkedStores(t *testing.T) {
	t.Parallel()
	secret := gittest.NewRepo(t)
	commit := secret.Commit("main", samplePack())
	for name, code := range map[string]pack.Code{
		"objects": pack.CodeForbiddenEntry, "objects/pack": pack.CodeForbiddenEntry, "HEAD": pack.CodeForbiddenEntry, "refs": pack.CodeForbiddenEntry,
		"refs/heads": pack.CodeForbiddenEntry, "refs/heads/main": pack.CodeForbiddenEntry, "packed-refs": pack.CodeForbiddenEntry,
		"objects/" + commit[:2]: pack.CodeIO, "objects/" + commit[:2] + "/" + commit[2:]: pack.CodeForbiddenEntry,
	} {
		repo := gittest.NewRepo(t)
		repo.Commit("main", samplePack())
		secret.Git("pack-refs", "--all")
		path := filepath.Join(repo.Dir, name)
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(filepath.Join(secret.Dir, name), path); err != nil {
			t.Fatal(err)
		}
		err := newLocal(t, repo.Dir).Fetch(t.Context(), pack.Pin{Scheme: "git", Location: fileURL(repo.Dir), Rev: "main"}, files{})
		wantCode(t, err, code)
	}
	tree := t.TempDir()
	if err := os.Symlink(secret.Dir, filepath.Join(tree, ".git")); err != nil {
		t.Fatal(err)
	}
	refused(t, newLocal(t, tree), fileURL(tree), "main", pack.CodeForbiddenEntry)
	writeFile(t, filepath.Join(tree, "module", ".git"), "gitdir: "+secret.Dir+"\n")
	refused(t, newLocal(t, tree), fileURL(tree+"/module"), "main", pack.CodeForbiddenEntry)
}

// corruptStores: what a repository holds is what its name says.
func corruptStores(t *testing.T) {
	t.Parallel()
	for _, packed := range []bool{false, true} {
		repo := gittest.NewRepo(t)
		commit := repo.Commit("main", samplePack())
		other := repo.Commit("other", fstest.MapFS{"evil": {}})
		at := func(id string) string { return filepath.Join(repo.Dir, "objects", id[:2], id[2:]) }
		if packed {
			repo.Git("repack", "-q", "-a", "-d")
			swapInIndex(t, repo.Dir, commit, other)
		} else if err := os.Rename(at(other), at(commit)); err != nil {
			t.Fatal(err)
		}
		_, err := fetch(t, newLocal(t, repo.Dir), fileURL(repo.Dir), commit)
		wantCode(t, err, pack.CodeGit)
		if err != nil && !strings.Contains(err.Error(), other) {
			t.Errorf("packed %v: got %v, want the name that the content has", packed, err)
		}
	}
}

// swapInIndex makes the index of the only pack name one object where another one
// is.
func swapInIndex(t *testing.T, dir, one, other string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "objects", "pack", "*.idx"))
	if err != nil || len(names) != 1 {
		t.Fatal(names, err)
	}
	index, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	const start = 8 + 256*4
	n := int(binary.BigEndian.Uint32(index[start-4:]))
	offset := func(id string) []byte {
		name, _ := hex.DecodeString(id)
		i := bytes.Index(index[start:], name) / 20
		return index[start+n*24+i*4:][:4]
	}
	copy(offset(one), offset(other))
	if err := os.Chmod(names[0], 0o600); err != nil {
		t.Fatal(err)
	}
	writeFile(t, names[0], string(index))
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// FuzzLocalPack reads objects out of a pack and an index that may be anything.
func FuzzLocalPack(f *testing.F) {
	repo := gittest.NewRepo(f)
	var commit string
	text := strings.Repeat("line\n", 100)
	for range 3 {
		text += "more\n"
		commit = repo.Commit("main", fstest.MapFS{"a": {Data: []byte(text)}, "b/c": {Data: []byte("x" + text)}})
	}
	repo.Git("repack", "-q", "-a", "-d", "-f")
	f.Add(storedPack(f, repo.Dir, ".pack"), storedPack(f, repo.Dir, ".idx"))
	repo.Git("-c", "repack.useDeltaBaseOffset=false", "repack", "-q", "-a", "-d", "-f")
	f.Add(storedPack(f, repo.Dir, ".pack"), storedPack(f, repo.Dir, ".idx"))
	f.Fuzz(func(t *testing.T, content, index []byte) {
		dir := t.TempDir()
		writeFile(t, filepath.Join(dir, "HEAD"), commit)
		writeFile(t, filepath.Join(dir, "objects", "pack", "pack-1.pack"), string(content))
		writeFile(t, filepath.Join(dir, "objects", "pack", "pack-1.idx"), string(index))
		src := must(gitsource.New(nil, &gitsource.Options{Roots: []string{dir}, Limits: gitsource.Limits{ObjectBytes: 1 << 16, Bytes: 1 << 18, Objects: 100}}))
		got, err := fetch(t, src, fileURL(dir), commit)
		if code := pack.CodeOf(err); err != nil && code != pack.CodeGit && code != pack.CodeLimitExceeded {
			t.Errorf("got %q, %v", code, err)
		}
		if err == nil && got.content("a") != text {
			t.Errorf("got %q", got.content("a"))
		}
	})
}

func storedPack(tb testing.TB, dir, suffix string) []byte {
	tb.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "objects", "pack", "*"+suffix))
	if err != nil || len(names) != 1 {
		tb.Fatal(names, err)
	}
	content, err := os.ReadFile(names[0])
	if err != nil {
		tb.Fatal(err)
	}
	return content
}
