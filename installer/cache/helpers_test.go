package cache_test

import (
	"context"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/cache"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/sourcetest"
)

// commits is a source in memory whose pins have an immutable mark.
type commits struct {
	*sourcetest.Memory
	fetched atomic.Int32
}

func (c *commits) Resolve(ctx context.Context, loc source.Locator) ([]pack.Pin, error) {
	pins, err := c.Memory.Resolve(ctx, loc)
	for i := range pins {
		pins[i].Commit = "0123456789abcdef0123456789abcdef01234567"
	}
	return pins, err
}

func (c *commits) Fetch(ctx context.Context, pin pack.Pin, dst source.Sink) error {
	c.fetched.Add(1)
	return c.Memory.Fetch(ctx, pin, dst)
}

func newCommits(files fstest.MapFS) *commits {
	return &commits{Memory: sourcetest.NewMemory(map[string]fstest.MapFS{"demo": files})}
}

func demo() fstest.MapFS {
	return fstest.MapFS{
		"pack.yaml":      {Data: []byte("ref: demo\nversion: 1.0.0\n"), Mode: 0o644},
		"actions/run.sh": {Data: []byte("#!/bin/sh\necho hello\n"), Mode: 0o755},
		"empty":          {Mode: 0o644},
	}
}

func newCache(t testing.TB, dir string) *cache.Cache {
	t.Helper()
	c, err := cache.New(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func demoPin() pack.Pin {
	return pack.Pin{Scheme: sourcetest.SchemeMemory, Location: "demo", Commit: "0123456789abcdef0123456789abcdef01234567"}
}

// fetch receives a pin into a new tree.
func fetch(ctx context.Context, t testing.TB, src source.Source, pin pack.Pin) (source.TreeResult, error) {
	t.Helper()
	tree, err := source.NewTree(filepath.Join(t.TempDir(), "tree"), &source.TreeOptions{StripTop: pin.StripTop, Subdir: pin.Subdir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tree.Discard() })
	if err := src.Fetch(ctx, pin, tree); err != nil {
		return source.TreeResult{}, err
	}
	return tree.Finish()
}

func mustFetch(ctx context.Context, t testing.TB, src source.Source, pin pack.Pin) source.TreeResult {
	t.Helper()
	got, err := fetch(ctx, t, src, pin)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// files returns the paths of the files below a directory of the cache.
func files(t testing.TB, dir, kind string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, kind, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func change(t testing.TB, path string, change func([]byte) []byte) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, change(data), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
