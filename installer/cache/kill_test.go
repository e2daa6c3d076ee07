package cache_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/cache"
)

// TestKill kills processes that write to a cache, at random moments: what is there
// afterwards is whole, and what they left is removed.
func TestKill(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "cache")
	for range 12 {
		cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestKillChild$")
		cmd.Env = append(os.Environ(), "PACK_CACHE_DIR="+dir)
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		_, _ = out.Read(make([]byte, 1)) // its first entry is kept
		time.Sleep(rand.N(60 * time.Millisecond))
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	c := newCache(t, dir)
	if left := files(t, dir, "tmp"); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	kept := files(t, dir, "trees")
	if len(kept) == 0 {
		t.Fatal("no child kept anything")
	}
	for _, path := range kept {
		tree := pack.Digest("sha256:" + filepath.Base(path))
		src := newCommits(nil)
		if got := mustFetch(t.Context(), t, c.Source(src), pack.Pin{Scheme: "memory", Location: "none", TreeDigest: tree}); got.TreeDigest != tree {
			t.Errorf("got %s, want %s", got.TreeDigest, tree)
		}
	}
	checkShelf(t, c)
}

func checkShelf(t *testing.T, c *cache.Cache) {
	t.Helper()
	r, err := c.Open(t.Context(), "test/entry")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil || len(data) != 100_000 || strings.Count(string(data), string(data[:1])) != len(data) {
		t.Errorf("got %d bytes of several commits, %v", len(data), err)
	}
}

// TestKillChild is the process that is killed.
func TestKillChild(t *testing.T) { //nolint:paralleltest // it is alone in its process
	dir := os.Getenv("PACK_CACHE_DIR")
	if dir == "" {
		return
	}
	c := newCache(t, dir)
	for i := 0; ; i++ {
		files := fstest.MapFS{"pack.yaml": {Data: fmt.Appendf(nil, "%d %d", os.Getpid(), i)}, "blob": {Data: make([]byte, 200_000)}}
		src := newCommits(files)
		pin := demoPin()
		pin.Commit = fmt.Sprintf("%040x", i)
		mustFetch(t.Context(), t, c.Source(src), pin)
		put(t, c, strings.Repeat(string(rune('a'+i%26)), 100_000))
		if i == 0 {
			_, _ = os.Stdout.WriteString("begun\n")
		}
	}
}

func put(t *testing.T, c *cache.Cache, data string) {
	t.Helper()
	w, err := c.Create(t.Context(), "test/entry")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Discard()
	if _, err := io.WriteString(w, data); err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
}

func TestShelf(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "cache")
	c := newCache(t, dir)
	if _, err := c.Open(t.Context(), "a/b"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing is there: %v", err)
	}
	put(t, c, "one")
	old, err := c.Open(t.Context(), "test/entry")
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	put(t, c, "two")
	if data, err := io.ReadAll(old); err != nil || string(data) != "one" {
		t.Errorf("a reader of the first commit got %q, %v", data, err)
	}
	w, err := newCache(t, dir).Create(t.Context(), "test/entry")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, "three"); err != nil {
		t.Fatal(err)
	}
	newCache(t, dir) // does not sweep what is being written
	if len(files(t, dir, "tmp")) != 1 {
		t.Error("a file that is being written was removed")
	}
	if err := errors.Join(w.Discard(), w.Discard()); err != nil {
		t.Error(err)
	}
	r, err := c.Open(t.Context(), "test/entry")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if data, err := io.ReadAll(r); err != nil || string(data) != "two" {
		t.Errorf("got %q, %v", data, err)
	}
	for _, key := range []string{"", "A", "a//b", "/a", "a/", "../a", "a.b", strings.Repeat("a", 201)} {
		if _, err := c.Open(t.Context(), key); pack.CodeOf(err) != pack.CodeInvalidRequest {
			t.Errorf("key %q: %v", key, err)
		}
	}
}
