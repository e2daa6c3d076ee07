package cache_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

const sharedPacks = 20

// TestFetchedOnce: processes that need the same packs fetch each once, and once more for
// each process that was killed while it did so.
func TestFetchedOnce(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var running []*exec.Cmd
	for range 32 {
		cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestFetchedOnceChild$")
		cmd.Env = append(os.Environ(), "PACK_SHARED_CACHE="+dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		running = append(running, cmd)
	}
	killed := map[int]bool{}
	for i, cmd := range running {
		if i%3 == 0 {
			time.Sleep(rand.N(60 * time.Millisecond))
			killed[cmd.Process.Pid] = cmd.Process.Kill() == nil
		}
	}
	for _, cmd := range running {
		if err := cmd.Wait(); err != nil && !killed[cmd.Process.Pid] {
			t.Errorf("a survivor failed: %v", err)
		}
	}
	checkFetches(t, filepath.Join(dir, "log"), killed)
}

// checkFetches compares the fetches that were begun with those that are needed.
func checkFetches(t *testing.T, log string, killed map[int]bool) {
	t.Helper()
	f, err := os.Open(log)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var fetches, most [sharedPacks]int
	for i := range most {
		most[i] = 1
	}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var n, pid int
		if _, err := fmt.Sscan(lines.Text(), &n, &pid); err != nil {
			t.Fatal(err)
		}
		fetches[n]++
		if killed[pid] {
			most[n]++
		}
	}
	for n := range fetches {
		if fetches[n] == 0 || fetches[n] > most[n] {
			t.Errorf("pack %d was fetched %d times, want %d at most", n, fetches[n], most[n])
		}
	}
}

// TestFetchedOnceChild is one of the processes.
func TestFetchedOnceChild(t *testing.T) { //nolint:paralleltest // it is alone in its process
	dir := os.Getenv("PACK_SHARED_CACHE")
	if dir == "" {
		return
	}
	c := newCache(t, filepath.Join(dir, "cache"))
	for _, n := range rand.Perm(sharedPacks) {
		files := fstest.MapFS{"pack.yaml": {Data: fmt.Append(nil, n)}, "blob": {Data: make([]byte, 20_000)}}
		want, err := pack.TreeDigest(files)
		if err != nil {
			t.Fatal(err)
		}
		pin := demoPin()
		pin.Commit = fmt.Sprintf("%040x", n)
		got := mustFetch(t.Context(), t, c.Source(&logged{Source: newCommits(files), log: filepath.Join(dir, "log"), n: n}), pin)
		if got.TreeDigest != want {
			t.Errorf("pack %d: got %s, want %s", n, got.TreeDigest, want)
		}
	}
}

// A logged source logs what is fetched from it, and takes its time.
type logged struct {
	source.Source
	log string
	n   int
}

func (l *logged) Fetch(ctx context.Context, pin pack.Pin, dst source.Sink) error {
	f, err := os.OpenFile(l.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := fmt.Fprintln(f, l.n, os.Getpid()); err != nil {
		return err
	}
	time.Sleep(10 * time.Millisecond)
	return l.Source.Fetch(ctx, pin, dst)
}

// TestWaitEnds: who waits for another process that fetches the same content stops with the
// context.
func TestWaitEnds(t *testing.T) {
	t.Parallel()
	c := newCache(t, filepath.Join(t.TempDir(), "cache"))
	begun, end := make(chan struct{}), make(chan struct{})
	held := &slow{Source: newCommits(demo()), begun: begun, end: end}
	done := make(chan error, 1)
	go func() { done <- c.Source(held).Fetch(t.Context(), demoPin(), &strictSink{}) }()
	<-begun
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := fetch(ctx, t, c.Source(newCommits(demo())), demoPin()); err == nil || ctx.Err() == nil {
		t.Errorf("got %v", err)
	}
	close(end)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// A slow source fetches when it may.
type slow struct {
	source.Source
	begun, end chan struct{}
}

func (s *slow) Fetch(ctx context.Context, pin pack.Pin, dst source.Sink) error {
	close(s.begun)
	<-s.end
	return s.Source.Fetch(ctx, pin, dst)
}
