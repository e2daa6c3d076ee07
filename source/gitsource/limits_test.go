package gitsource_test

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/testkit/gittest"
	"github.com/packtrain/pack/source/gitsource"
)

// Each limit holds exactly: what just fits is delivered.
func TestLimits(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	commit := repo.Commit("main", fstest.MapFS{"a/b/c": {Data: []byte("12345")}, "same": {Data: []byte("12345")}, "d": {Data: []byte("123")}})
	url, _ := serve(t, repo)
	for _, tt := range []struct {
		limit           string
		fits, too, none gitsource.Limits
	}{
		{"number of files and directories", gitsource.Limits{Entries: 5}, gitsource.Limits{Entries: 4}, gitsource.Limits{Entries: -1}},
		{"path depth", gitsource.Limits{Depth: 3}, gitsource.Limits{Depth: 2}, gitsource.Limits{Depth: -1}},
		{"path length", gitsource.Limits{PathLen: 5}, gitsource.Limits{PathLen: 4}, gitsource.Limits{PathLen: -1}},
		{"number of objects in the pack", gitsource.Limits{Objects: 6}, gitsource.Limits{Objects: 5}, gitsource.Limits{Objects: -1}},
		{"pack size", gitsource.Limits{PackBytes: 10_000}, gitsource.Limits{PackBytes: 100}, gitsource.Limits{PackBytes: -1}},
	} {
		t.Run(tt.limit, func(t *testing.T) {
			t.Parallel()
			for _, fits := range []gitsource.Limits{tt.fits, tt.none} {
				if err := fetchWithin(t, url, commit, fits); err != nil {
					t.Errorf("%+v: %v", fits, err)
				}
			}
			err := fetchWithin(t, url, commit, tt.too)
			if limit, ok := errors.AsType[*pack.LimitError](err); !ok || limit.Limit != tt.limit {
				t.Errorf("%+v: got %v, want an error about the %s", tt.too, err, tt.limit)
			}
		})
	}
}

func fetchWithin(t *testing.T, url, commit string, limits gitsource.Limits) error {
	t.Helper()
	_, err := fetch(t, must(gitsource.New(local(), &gitsource.Options{Limits: limits})), url, commit)
	return err
}

// The same file in many places is one object, but counts each time.
func TestBytesDeliveredAreLimited(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	content := fstest.MapFS{}
	for _, name := range []string{"a", "b", "c", "d"} {
		content[name] = &fstest.MapFile{Data: make([]byte, 1000)}
	}
	commit := repo.Commit("main", content)
	url, _ := serve(t, repo)
	if err := fetchWithin(t, url, commit, gitsource.Limits{Bytes: 4000}); err != nil {
		t.Error(err)
	}
	wantCode(t, fetchWithin(t, url, commit, gitsource.Limits{Bytes: 3999}), pack.CodeLimitExceeded)
}

// In a local repository, the bytes read are counted, object by object.
func TestLimitsOfLocalRepositories(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	commit := repo.Commit("main", fstest.MapFS{"a/b/c": {Data: []byte("12345")}, "same": {Data: []byte("12345")}, "d": {Data: []byte("123")}})
	repo.Commit("other", fstest.MapFS{"c": {Data: []byte("not read")}})
	var stored, content int64
	for _, name := range strings.Fields(repo.Git("rev-list", "--objects", "--no-object-names", commit)) {
		info, err := os.Stat(filepath.Join(repo.Dir, "objects", name[:2], name[2:]))
		if err != nil {
			t.Fatal(err)
		}
		size, err := strconv.ParseInt(repo.Git("cat-file", "-s", name), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		stored, content = stored+info.Size(), content+size
	}
	for _, tt := range []struct {
		limit     string
		fits, too gitsource.Limits
	}{
		{"number of objects", gitsource.Limits{Objects: 6}, gitsource.Limits{Objects: 5}},
		{"size of what is read of a repository", gitsource.Limits{PackBytes: stored}, gitsource.Limits{PackBytes: stored - 1}},
		{"size of all objects", gitsource.Limits{Bytes: content}, gitsource.Limits{Bytes: content - 1}},
		{"object size", gitsource.Limits{ObjectBytes: 1000}, gitsource.Limits{ObjectBytes: 100}},
	} {
		if err := (storedRepo{repo.Dir}).fetchCommit(t, commit, tt.fits); err != nil {
			t.Errorf("%+v: %v", tt.fits, err)
		}
		err := storedRepo{repo.Dir}.fetchCommit(t, commit, tt.too)
		if limit, ok := errors.AsType[*pack.LimitError](err); !ok || limit.Limit != tt.limit {
			t.Errorf("%+v: got %v, want an error about the %s", tt.too, err, tt.limit)
		}
	}
}

// The trees on the way to a file are in memory at once, those beside it are not.
func TestTreesOfAPathAreLimited(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	long := strings.Repeat("n", 200)
	content := fstest.MapFS{}
	for _, name := range []string{"a/b/c", "a/d/c", "e/c"} {
		content[strings.ReplaceAll(name, "c", long)] = &fstest.MapFile{}
	}
	commit := repo.Commit("main", content)
	url, _ := serve(t, repo)
	const path = (7 + 21) + (7+21)*2 + (7 + 200 + 21) + 28 // root has two entries, too
	for location, s := range map[string]func(gitsource.Limits) *gitsource.Source{
		url: func(l gitsource.Limits) *gitsource.Source {
			return must(gitsource.New(local(), &gitsource.Options{Limits: l}))
		},
		fileURL(repo.Dir): storedRepo{repo.Dir}.source,
	} {
		if _, err := fetch(t, s(gitsource.Limits{TreeBytes: path}), location, commit); err != nil {
			t.Errorf("what fits: %v", err)
		}
		_, err := fetch(t, s(gitsource.Limits{TreeBytes: path - 1}), location, commit)
		if limit, ok := errors.AsType[*pack.LimitError](err); !ok || limit.Limit != "size of the trees of a path" {
			t.Errorf("got %v, want an error about the trees", err)
		}
		_, err = fetch(t, s(gitsource.Limits{TreeBytes: 100}), location, commit)
		if limit, ok := errors.AsType[*pack.LimitError](err); !ok || limit.Limit != "size of the commit" {
			t.Errorf("got %v, want an error about the commit", err)
		}
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	repo.Commit("main", samplePack())
	url, _ := serve(t, repo, gittest.On(gittest.Fetch, gittest.Stall(100, nil)))
	s := must(gitsource.New(local(), &gitsource.Options{Timeout: 200 * time.Millisecond}))
	_, err := fetch(t, s, url, repo.Git("rev-parse", "main"))
	wantCode(t, err, pack.CodeTimeout)
}
