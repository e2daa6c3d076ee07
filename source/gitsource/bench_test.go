package gitsource_test

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/testkit/gittest"
	"github.com/packtrain/pack/source"
)

// S1: 100 packs of about 54 files and 156 kB from smart HTTP at pinned commits,
// 8 at a time, against git clone --depth 1.

const (
	benchPacks    = 100
	benchParallel = 8
)

func BenchmarkFetch(b *testing.B) {
	urls, commits := benchRepos(b)
	s := newSource(b)
	benchAll(b, func(ctx context.Context, i int, dir string) error {
		tree, err := source.NewTree(dir, nil)
		if err != nil {
			return err
		}
		if err := s.Fetch(ctx, pack.Pin{Scheme: "git", Location: urls[i], Commit: commits[i]}, tree); err != nil {
			return err
		}
		_, err = tree.Finish()
		return err
	})
}

func BenchmarkClone(b *testing.B) {
	git := gittest.Require(b)
	urls, _ := benchRepos(b)
	benchAll(b, func(ctx context.Context, i int, dir string) error {
		return exec.CommandContext(ctx, git, "clone", "-q", "--depth", "1", urls[i], dir).Run()
	})
}

func benchAll(b *testing.B, job func(ctx context.Context, i int, dir string) error) {
	b.Helper()
	parent := b.TempDir()
	for round := 0; b.Loop(); round++ {
		var wg sync.WaitGroup
		next := make(chan int)
		for range benchParallel {
			wg.Go(func() {
				for i := range next {
					if err := job(b.Context(), i, filepath.Join(parent, fmt.Sprintf("%d-%d", round, i))); err != nil {
						b.Error(err)
					}
				}
			})
		}
		for i := range benchPacks {
			next <- i
		}
		close(next)
		wg.Wait()
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/100packs")
}

func benchRepos(b *testing.B) (urls, commits []string) {
	b.Helper()
	repos := map[string]*gittest.Repo{}
	for i := range benchPacks {
		repo := gittest.NewRepo(b)
		repos[fmt.Sprintf("pack%d.git", i)] = repo
		commits = append(commits, repo.Commit("main", gittest.TextPack(uint64(i))))
		repo.Git("repack", "-adq") // as on servers
	}
	srv := gittest.NewServer(b, repos)
	for i := range benchPacks {
		urls = append(urls, fmt.Sprintf("%s/pack%d.git", srv.URL, i))
	}
	return urls, commits
}
