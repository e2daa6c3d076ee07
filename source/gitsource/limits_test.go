package gitsource_test

import (
	"errors"
	"testing"
	"testing/fstest"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/gittest"
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
	_, err := fetch(t, must(gitsource.New(&gitsource.Options{Network: gittest.Policy(), Limits: limits})), url, commit)
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

func TestTimeout(t *testing.T) {
	t.Parallel()
	repo := gittest.NewRepo(t)
	repo.Commit("main", samplePack())
	url, _ := serve(t, repo, gittest.On(gittest.Fetch, gittest.Stall(100, nil)))
	s := must(gitsource.New(&gitsource.Options{Network: gittest.Policy(), Timeout: 200 * time.Millisecond}))
	_, err := fetch(t, s, url, repo.Git("rev-parse", "main"))
	wantCode(t, err, pack.CodeTimeout)
}
