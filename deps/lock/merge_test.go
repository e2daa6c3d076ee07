package lock_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps/lock"
)

// lockOf returns a lock of packs, "ref@version" each, all of which are wanted.
func lockOf(t *testing.T, ids ...string) *lock.Lock {
	t.Helper()
	l := &lock.Lock{Indices: []lock.Index{{Name: "std", Location: "https://packs.example/index.json"}}}
	for _, text := range ids {
		name, version, _ := strings.Cut(text, "@")
		v, err := pack.ParseVersion(version)
		if err != nil {
			t.Fatal(err)
		}
		id := pack.ID{Ref: pack.Ref(name), Version: v}
		tree := pack.Digest(fmt.Sprintf("sha256:%064x", []byte(text)))
		l.Wants = append(l.Wants, lock.Want{Ref: id.Ref})
		l.Packs = append(l.Packs, lock.Pack{ID: id, Pins: []pack.Pin{{
			Ref: id.Ref, Version: v, Scheme: "https", Location: "https://packs.example/" + name + ".tgz", StripTop: true, TreeDigest: tree,
		}}})
	}
	return l
}

// merged merges two branches that change the lock base, with git, and returns the file.
func merged(t *testing.T, base, ours, theirs *lock.Lock) (text string, conflicts bool) {
	t.Helper()
	dir := t.TempDir()
	git := func(args ...string) error {
		cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=a", "-c", "user.email=a@example.com"}, args...)...)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
		out, err := cmd.CombinedOutput()
		t.Logf("git %q: %v\n%s", args, err, out)
		return err
	}
	must := func(args ...string) {
		t.Helper()
		if err := git(args...); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(dir, "packs.lock")
	commit := func(l *lock.Lock) {
		t.Helper()
		if err := os.WriteFile(file, l.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		must("add", "packs.lock")
		must("commit", "-q", "-m", "lock")
	}
	must("init", "-q", "-b", "main")
	commit(base)
	must("checkout", "-q", "-b", "theirs")
	commit(theirs)
	must("checkout", "-q", "main")
	commit(ours)
	conflicts = git("merge", "-q", "-m", "merge", "theirs") != nil
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data), conflicts
}

// TestGitMerge: two branches that add packs merge into the lock that has both, without
// help, or with conflict markers that Parse understands.
func TestGitMerge(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name               string
		base, ours, theirs []string
		want               []string
		conflicts          bool
	}{
		{"apart", []string{"mid@1.0.0", "nil@1.0.0"}, []string{"app@1.0.0", "mid@1.0.0", "nil@1.0.0"}, []string{"mid@1.0.0", "nil@1.0.0", "zoo@1.0.0"}, []string{"app@1.0.0", "mid@1.0.0", "nil@1.0.0", "zoo@1.0.0"}, false},
		{"side by side", []string{"app@1.0.0", "zoo@1.0.0"}, []string{"app@1.0.0", "log@1.0.0", "zoo@1.0.0"}, []string{"app@1.0.0", "mail@1.0.0", "zoo@1.0.0"}, []string{"app@1.0.0", "log@1.0.0", "mail@1.0.0", "zoo@1.0.0"}, true},
		{"the same", []string{"app@1.0.0"}, []string{"app@1.0.0", "log@1.0.0"}, []string{"app@1.0.0", "log@1.0.0"}, []string{"app@1.0.0", "log@1.0.0"}, false},
		{"at odds", []string{"app@1.0.0", "log@1.0.0"}, []string{"app@1.0.0", "log@1.1.0"}, []string{"app@1.0.0", "log@1.2.0"}, []string{"app@1.0.0"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text, conflicts := merged(t, lockOf(t, tt.base...), lockOf(t, tt.ours...), lockOf(t, tt.theirs...))
			got := mustParse(t, text)
			want := lockOf(t, tt.want...)
			if conflicts != tt.conflicts || got.Merged != conflicts {
				t.Errorf("conflicts: %t, Merged: %t\n%s", conflicts, got.Merged, text)
			}
			if tt.name == "at odds" {
				want.Wants = append(want.Wants, lock.Want{Ref: "log"})
			}
			if diff := cmp.Diff(string(want.Bytes()), string(got.Bytes())); diff != "" {
				t.Errorf("(-want +got)\n%s\n%s", diff, text)
			}
			if err := got.Check(want.Wants, nil, pack.Version{}); (err != nil) != conflicts {
				t.Errorf("got %v", err)
			}
		})
	}
}
