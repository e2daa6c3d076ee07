package cache_test

import (
	"context"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/cache"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/sourcetest"
)

// TestSource: a source with a cache keeps the contract of sources, with pins that are
// kept and with others.
func TestSource(t *testing.T) {
	t.Parallel()
	harness := func(t *testing.T, next source.Source) sourcetest.Harness {
		t.Helper()
		return sourcetest.Harness{
			Source: newCache(t, filepath.Join(t.TempDir(), "cache")).Source(next), Want: demo(),
			Locator: source.Locator{Scheme: sourcetest.SchemeMemory, Location: "demo"},
			Missing: source.Locator{Scheme: sourcetest.SchemeMemory, Location: "missing"},
			Hostile: []source.Locator{{Scheme: sourcetest.SchemeMemory, Location: "link"}, {Scheme: sourcetest.SchemeMemory, Location: "case"}},
		}
	}
	packs := func() *sourcetest.Memory {
		return sourcetest.NewMemory(map[string]fstest.MapFS{
			"demo": demo(), "case": {"pack.yaml": {}, "Pack.yaml": {}},
			"link": {"pack.yaml": {}, "passwd": {Data: []byte("/etc/passwd"), Mode: fs.ModeSymlink}},
		})
	}
	t.Run("kept", func(t *testing.T) {
		t.Parallel()
		sourcetest.Run(t, func(t *testing.T) sourcetest.Harness {
			t.Helper()
			return harness(t, &commits{Memory: packs()})
		})
	})
	t.Run("not kept", func(t *testing.T) {
		t.Parallel()
		sourcetest.Run(t, func(t *testing.T) sourcetest.Harness {
			t.Helper()
			return harness(t, packs())
		})
	})
}

// TestKeptTree: a tree is fetched once, also for other processes, and found by its
// digest; one without immutable mark is kept on request alone.
func TestKeptTree(t *testing.T) {
	t.Parallel()
	dir, src := filepath.Join(t.TempDir(), "cache"), newCommits(demo())
	want := mustFetch(t.Context(), t, src, demoPin()).TreeDigest
	src.fetched.Store(0)
	for range 3 {
		got := mustFetch(t.Context(), t, newCache(t, dir).Source(src), demoPin())
		if got.TreeDigest != want || got.Files != 3 {
			t.Errorf("got %+v, want tree %s", got, want)
		}
	}
	if n := src.fetched.Load(); n != 1 {
		t.Errorf("fetched %d times, want once", n)
	}
	elsewhere := pack.Pin{Scheme: sourcetest.SchemeMemory, Location: "gone", TreeDigest: want}
	if got := mustFetch(t.Context(), t, newCache(t, dir).Source(src), elsewhere); got.TreeDigest != want {
		t.Errorf("got %s by its digest", got.TreeDigest)
	}
	plain := demoPin()
	plain.Commit = ""
	other := newCache(t, filepath.Join(t.TempDir(), "cache"))
	mustFetch(t.Context(), t, other.Source(src), plain)
	if _, ok := other.Has(want); ok {
		t.Error("the tree of a pin without mark is kept")
	}
	mustFetch(other.Keep(t.Context()), t, other.Source(src), plain)
	if n, ok := other.Has(want); !ok || n == 0 {
		t.Errorf("got %d bytes, %v: not kept on request", n, ok)
	}
}

// TestDamagedTree flips every bit of a kept tree, cuts it everywhere, and replaces it
// by another one: it is found before anything is delivered, and fetched again.
func TestDamagedTree(t *testing.T) {
	t.Parallel()
	dir, src := filepath.Join(t.TempDir(), "cache"), newCommits(demo())
	cached := newCache(t, dir).Source(src)
	want := mustFetch(t.Context(), t, cached, demoPin()).TreeDigest
	path := files(t, dir, "trees")[0]
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	check := func(what string, data []byte) {
		t.Helper()
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		before := src.fetched.Load()
		var sink strictSink
		if err := cached.Fetch(t.Context(), demoPin(), &sink); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		now, err := os.ReadFile(path)
		if err != nil || src.fetched.Load() == before && string(now) != string(data) || sink.digest(t) != want {
			t.Fatalf("%s: delivered %s, want %s (%v)", what, sink.digest(t), want, err)
		}
	}
	for i := range whole {
		data := []byte(string(whole))
		data[i] ^= 1 << (i % 8)
		check("a flipped bit", data)
		if i%7 == 0 {
			check("cut", whole[:i])
		}
	}
	change(t, files(t, dir, "pins")[0], func(data []byte) []byte { data[20] ^= 3; return data })
	check("a damaged note", whole)
}

// TestDamagedTreeIsReplaced: content that is received again takes the place of a damaged tree
// that has its digest, also if its pin does not say that there is one.
func TestDamagedTreeIsReplaced(t *testing.T) {
	t.Parallel()
	dir, src := filepath.Join(t.TempDir(), "cache"), newCommits(demo())
	c := newCache(t, dir)
	place := pack.Pin{Scheme: demoPin().Scheme, Location: demoPin().Location}
	ctx := c.Keep(t.Context())
	want := mustFetch(ctx, t, c.Source(src), place).TreeDigest
	change(t, files(t, dir, "trees")[0], func(data []byte) []byte { data[0] ^= 1; return data })
	mustFetch(ctx, t, c.Source(src), place)
	before := src.fetched.Load()
	place.TreeDigest = want
	if got := mustFetch(ctx, t, c.Source(src), place).TreeDigest; got != want || src.fetched.Load() != before {
		t.Errorf("got %s, want %s from the cache; fetched: %v", got, want, src.fetched.Load() != before)
	}
}

// A strictSink takes files in memory, each name once.
type strictSink struct{ fstest.MapFS }

func (s *strictSink) Put(_ context.Context, e source.Entry, content io.Reader) error {
	var data []byte
	if content != nil {
		var err error
		if data, err = io.ReadAll(content); err != nil {
			return err
		}
	}
	if s.MapFS == nil {
		s.MapFS = fstest.MapFS{}
	}
	if s.MapFS[e.Name] != nil {
		return pack.Errorf(pack.CodeNameCollision, "entry %q comes twice", e.Name)
	}
	s.MapFS[e.Name] = &fstest.MapFile{Data: data, Mode: e.Mode}
	return nil
}

func (s *strictSink) digest(t *testing.T) pack.Digest {
	t.Helper()
	d, err := pack.TreeDigest(s.MapFS)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestWrongTree: content that does not have the digest of its pin is not kept.
func TestWrongTree(t *testing.T) {
	t.Parallel()
	dir, src := filepath.Join(t.TempDir(), "cache"), newCommits(demo())
	pin := demoPin()
	pin.TreeDigest = "sha256:" + pack.Digest(strings.Repeat("0", 64))
	mustFetch(t.Context(), t, newCache(t, dir).Source(src), pin) // its owner compares
	if kept := append(files(t, dir, "trees"), files(t, dir, "pins")...); len(kept) > 0 {
		t.Errorf("kept %v", kept)
	}
}

// TestPlaces: whatever lies around a pack, its tree is the same from the cache.
func TestPlaces(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	names := []string{"pack.yaml", "a", "top/a", "top/pack.yaml", "top/x/a", "x/a", "x/x/a", "x/b", "top/top/c", "META-INF/m", ".DS_Store", "top/.DS_Store", "x/y/z", "content/x/q"}
	for range 150 {
		content := fstest.MapFS{}
		for _, name := range names {
			if rnd.IntN(3) == 0 {
				content[name] = &fstest.MapFile{Data: []byte(name), Mode: 0o644 | fs.FileMode(rnd.IntN(2)*0o111)}
			}
		}
		pin := demoPin()
		pin.StripTop, pin.Subdir = rnd.IntN(2) == 0, []string{"", "x", "x/y", "top"}[rnd.IntN(4)]
		checkPlace(t, content, pin)
	}
}

func checkPlace(t *testing.T, content fstest.MapFS, pin pack.Pin) {
	t.Helper()
	src := newCommits(content)
	want, wantErr := fetch(t.Context(), t, src, pin)
	c := newCache(t, filepath.Join(t.TempDir(), "cache"))
	for _, from := range []string{"the source", "the cache"} {
		got, err := fetch(t.Context(), t, c.Source(src), pin)
		if pack.CodeOf(err) != pack.CodeOf(wantErr) || got.TreeDigest != want.TreeDigest {
			t.Fatalf("%v, strip %v, %q: from %s got %s, %v, want %s, %v", content, pin.StripTop, pin.Subdir, from, got.TreeDigest, err, want.TreeDigest, wantErr)
		}
	}
	if _, ok := c.Has(want.TreeDigest); wantErr == nil && want.Files > 0 && !ok {
		t.Errorf("%v, strip %v, %q: not kept", content, pin.StripTop, pin.Subdir)
	}
}

// TestDeletedCache: others may delete the cache, and put anything in its place.
func TestDeletedCache(t *testing.T) {
	t.Parallel()
	dir, src := filepath.Join(t.TempDir(), "cache"), newCommits(demo())
	cached := newCache(t, dir).Source(src)
	want := mustFetch(t.Context(), t, cached, demoPin()).TreeDigest
	stop := make(chan struct{})
	var deleter sync.WaitGroup
	deleter.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				_ = os.RemoveAll(dir)
			}
		}
	})
	for range 100 {
		if got, err := fetch(t.Context(), t, cached, demoPin()); err != nil || got.TreeDigest != want {
			t.Errorf("got %s, %v", got.TreeDigest, err)
		}
	}
	close(stop)
	deleter.Wait()
	if err := os.WriteFile(dir, []byte("not a directory"), 0o600); err != nil && !os.IsExist(err) {
		_ = os.RemoveAll(dir)
	}
	if got, err := fetch(t.Context(), t, cached, demoPin()); err != nil || got.TreeDigest != want {
		t.Errorf("without a directory: got %s, %v", got.TreeDigest, err)
	}
}

func TestNewRefusesRelativePath(t *testing.T) {
	t.Parallel()
	if _, err := cache.New("cache", nil); pack.CodeOf(err) != pack.CodeInvalidRequest {
		t.Errorf("got %v", err)
	}
}
