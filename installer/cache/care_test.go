package cache_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/cache"
)

// fill keeps n trees of 10 kB, the first of which has been unused for longest, by the
// given step each.
func fill(t *testing.T, dir string, n int, step time.Duration) []pack.Digest {
	t.Helper()
	var trees []pack.Digest
	for i := range n {
		src := newCommits(fstest.MapFS{"pack.yaml": {Data: fmt.Append(nil, i)}, "blob": {Data: make([]byte, 10_000)}})
		pin := demoPin()
		pin.Commit = fmt.Sprintf("%040x", i)
		trees = append(trees, mustFetch(t.Context(), t, newCache(t, dir).Source(src), pin).TreeDigest)
		used(t, dir, trees[i], -time.Duration(n-i)*step)
	}
	return trees
}

// used makes a tree one that was used then, as seen from now.
func used(t *testing.T, dir string, tree pack.Digest, ago time.Duration) {
	t.Helper()
	path := filepath.Join(dir, "trees", strings.TrimPrefix(string(tree), "sha256:"))
	then := time.Now().Add(ago)
	if err := os.Chtimes(path, then, then); err != nil {
		t.Fatal(err)
	}
}

// kept returns which trees are there, by their indices.
func kept(t *testing.T, dir string, trees []pack.Digest) []int {
	t.Helper()
	c, list := newCache(t, dir), []int{}
	for i, tree := range trees {
		if _, ok := c.Has(tree); ok {
			list = append(list, i)
		}
	}
	return list
}

// TestPrune: what has been unused for longest goes, until the budget is kept.
func TestPrune(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		budget cache.Budget
		want   []int
	}{
		"bytes":        {cache.Budget{MaxBytes: 32_000}, []int{3, 4, 5}},
		"age":          {cache.Budget{MaxAge: 150 * time.Minute}, []int{4, 5}},
		"both":         {cache.Budget{MaxBytes: 1 << 20, MaxAge: 90 * time.Minute}, []int{5}},
		"within":       {cache.Budget{MaxBytes: 1 << 20, MaxAge: 24 * time.Hour}, []int{0, 1, 2, 3, 4, 5}},
		"no bound":     {cache.Budget{}, []int{}},
		"next to none": {cache.Budget{MaxBytes: 1}, []int{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "cache")
			trees := fill(t, dir, 6, time.Hour)
			c := newCache(t, dir)
			before, err := c.Info(t.Context())
			if err != nil || before.Total.Entries != 12 || before.Trees.Entries != 6 || before.Pins.Entries != 6 {
				t.Fatalf("got %+v, %v", before, err)
			}
			pruned, err := c.Prune(t.Context(), tc.budget)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, kept(t, dir, trees)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			after, err := c.Info(t.Context())
			if err != nil || after.Total != pruned.Left || pruned.Left.Bytes+pruned.Removed.Bytes != before.Total.Bytes {
				t.Errorf("got %+v of %+v, left %+v, %v", pruned, before, after, err)
			}
			if most := tc.budget.MaxBytes; most > 0 && after.Total.Bytes > most {
				t.Errorf("%d bytes are left of %d", after.Total.Bytes, most)
			}
		})
	}
	if _, err := newCache(t, filepath.Join(t.TempDir(), "none")).Prune(t.Context(), cache.Budget{MaxBytes: -1}); pack.CodeOf(err) != pack.CodeInvalidRequest {
		t.Errorf("a negative bound: %v", err)
	}
}

// TestUseKeeps: a tree that is used is not one that has been unused.
func TestUseKeeps(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "cache")
	trees := fill(t, dir, 3, 24*time.Hour)
	c := newCache(t, dir)
	mustFetch(t.Context(), t, c.Source(newCommits(nil)), pack.Pin{Scheme: "memory", Location: "none", TreeDigest: trees[0]})
	if _, err := c.Prune(t.Context(), cache.Budget{MaxAge: time.Hour}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{0}, kept(t, dir, trees)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestBudget: a cache keeps to its budget while things are kept, also what others kept.
func TestBudget(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "cache")
	fill(t, dir, 10, 24*time.Hour)
	const most = 65_000
	c, err := cache.New(dir, &cache.Options{Budget: cache.Budget{MaxBytes: most}})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 30 {
		src := newCommits(fstest.MapFS{"pack.yaml": {Data: fmt.Append(nil, "new", i)}, "blob": {Data: make([]byte, 10_000)}})
		pin := demoPin()
		pin.Commit = fmt.Sprintf("%040x", 100+i)
		tree := mustFetch(t.Context(), t, c.Source(src), pin).TreeDigest
		put(t, c, "an entry of a plug-in")
		info, err := c.Info(t.Context())
		if err != nil || info.Total.Bytes > most {
			t.Fatalf("%d bytes of %d, %v", info.Total.Bytes, most, err)
		}
		if _, ok := c.Has(tree); !ok {
			t.Fatalf("tree %d was removed as soon as it was kept", i)
		}
	}
	if _, err := cache.New(dir, &cache.Options{Budget: cache.Budget{MaxAge: -1}}); pack.CodeOf(err) != pack.CodeInvalidRequest {
		t.Errorf("a negative budget: %v", err)
	}
}

// TestVerify: damaged trees are found and removed, and no others.
func TestVerify(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "cache")
	trees := fill(t, dir, 5, time.Hour)
	for _, i := range []int{1, 3} {
		change(t, filepath.Join(dir, "trees", strings.TrimPrefix(string(trees[i]), "sha256:")), func(data []byte) []byte { data[len(data)/2] ^= 4; return data })
	}
	got, err := newCache(t, dir).Verify(t.Context())
	if err != nil || got.Trees.Entries != 3 {
		t.Errorf("got %+v, %v", got, err)
	}
	want := []pack.Digest{trees[1], trees[3]}
	slices.Sort(want)
	if diff := cmp.Diff(want, got.Damaged); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]int{0, 2, 4}, kept(t, dir, trees)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestCareOfNothing: a cache that is not there is empty.
func TestCareOfNothing(t *testing.T) {
	t.Parallel()
	c := newCache(t, filepath.Join(t.TempDir(), "cache"))
	info, err := c.Info(t.Context())
	if err != nil || info.Total != (cache.Usage{}) || !info.Oldest.IsZero() {
		t.Errorf("got %+v, %v", info, err)
	}
	if v, err := c.Verify(t.Context()); err != nil || v.Trees.Entries != 0 {
		t.Errorf("got %+v, %v", v, err)
	}
	if p, err := c.Prune(t.Context(), cache.Budget{}); err != nil || p.Removed != (cache.Usage{}) {
		t.Errorf("got %+v, %v", p, err)
	}
}
