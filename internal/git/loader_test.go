package git_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack/internal/git"
	"github.com/packtrain/pack/internal/testkit/gittest"
)

// openPack packs a repository and opens the pack.
func openPack(t testing.TB, repo *gittest.Repo, options ...string) *git.Pack {
	t.Helper()
	repo.Git(append(options, "repack", "-q", "-a", "-d", "-f")...)
	var files []*os.File
	for _, suffix := range []string{"idx", "pack"} {
		names, err := filepath.Glob(filepath.Join(repo.Dir, "objects", "pack", "*."+suffix))
		if err != nil || len(names) != 1 {
			t.Fatal(names, err)
		}
		f, err := os.Open(names[0])
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	p, err := git.OpenPack(files[0], files[1])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func TestLoaderFindsWhatGitFinds(t *testing.T) {
	t.Parallel()
	repo, want := history(t)
	for _, option := range []string{"repack.useDeltaBaseOffset=true", "repack.useDeltaBaseOffset=false"} {
		p := openPack(t, repo, "-c", option)
		s := git.NewStore("")
		l := git.NewLoader(s, git.Limits{}.Usual())
		for name := range want {
			id, _ := git.ParseID(name)
			if ok, err := l.Packed(t.Context(), id, []*git.Pack{p}); !ok || err != nil {
				t.Errorf("%s: %v, %v", name, ok, err)
			}
		}
		got, err := s.Sizes()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: objects (-git +got):\n%s", option, diff)
		}
	}
}

// An object of another type is not loaded, however often it is requested.
func TestLoaderLoadsOneTypeOnly(t *testing.T) {
	t.Parallel()
	repo, want := history(t)
	tag := repo.Git("rev-parse", "v1.0.0")
	p := openPack(t, repo)
	s := git.NewStore("")
	l := git.NewLoader(s, git.Limits{}.Usual())
	l.Only(plumbing.TagObject)
	for range 2 {
		for name := range want {
			id, _ := git.ParseID(name)
			ok, err := l.Packed(t.Context(), id, []*git.Pack{p})
			if !ok || name == tag && err != nil || name != tag && !errors.Is(err, git.ErrOtherType) {
				t.Errorf("%s: %v, %v", name, ok, err)
			}
		}
	}
	if got, err := s.Sizes(); err != nil || len(got) != 1 {
		t.Errorf("got %v, %v, want the tag alone", got, err)
	}
}
