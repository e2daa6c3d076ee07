package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestCacheCommands: the packs of a lock are put into a cache, from which another root gets
// them offline; damage is found, and content is removed.
func TestCacheCommands(t *testing.T) {
	t.Parallel()
	flags, index := serveIndex(t, "app@1.0.0: log", "log@1.0.0:")
	dir := writeTree(t, map[string]string{"packs.yaml": "indices:\n  std: " + index + "\npacks:\n  app: ^1\n"})
	file, cached := filepath.Join(dir, "packs.yaml"), filepath.Join(dir, "cache")
	flags = append(flags, "--cache-dir", cached)
	run := func(root string, args ...string) outcome { return on(t, root)(append(args, flags...)...) }
	root := t.TempDir()
	wantOutput(t, run(root, "cache", "info"), exitOK, cached+"  0.0 MB\n", "0 packs")
	wantOutput(t, run(root, "lock", "--file", file), exitOK)
	wantOutput(t, run(root, "cache", "prune", "--all"), exitOK, "left 0 files")
	wantOutput(t, run(root, "cache", "warm", filepath.Join(dir, "packs.lock")), exitOK, "app 1.0.0  downloaded", "log 1.0.0  downloaded")
	wantOutput(t, run(root, "list"), exitOK)
	wantOutput(t, run(t.TempDir(), "sync", "--locked", "--offline", "--file", file), exitOK, "app 1.0.0  install", "log 1.0.0  install")
	wantOutput(t, run(root, "cache", "info"), exitOK, "2 packs", "unused for longest: since ")
	wantOutput(t, run(root, "cache", "verify"), exitOK, "2 packs  0.0 MB  whole")
	if got := decode[cacheInfo](t, run(root, "cache", "info", "--json")); got.Dir != cached || got.Packs.Entries != 2 || got.UnusedAt == nil {
		t.Errorf("got %+v", got)
	}
	trees, err := filepath.Glob(filepath.Join(cached, "trees", "*"))
	if err != nil || len(trees) != 2 {
		t.Fatal(trees, err)
	}
	data, err := os.ReadFile(trees[0])
	if err != nil {
		t.Fatal(err)
	}
	data[3] ^= 1
	if err := os.WriteFile(trees[0], data, 0o600); err != nil {
		t.Fatal(err)
	}
	wantOutput(t, run(root, "cache", "verify"), exitFailed, "sha256:"+filepath.Base(trees[0])+"  damaged, removed", "1 pack in the cache had other content")
	wantOutput(t, run(root, "cache", "prune", "--max-bytes", "1"), exitOK, "left 0 files")
	wantOutput(t, run(root, "cache", "prune"), exitUsage, "want --max-bytes, --max-age or both, or --all")
	wantOutput(t, run(root, "cache", "prune", "--all", "--max-age", "1h"), exitUsage, "or --all")
	wantOutput(t, run(root, "cache", "prune", "--max-bytes", "-1"), exitFailed, "want no negative numbers")
	wantOutput(t, run(root, "cache"), exitUsage, "no command is given")
	wantOutput(t, run(root, "cache", "inf"), exitUsage, `did you mean "info"`)
	wantOutput(t, run(root, "cache", "info", "--server", "http://127.0.0.1:1"), exitUsage, "managed there")
}
