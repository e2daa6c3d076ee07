package localsource_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
	"github.com/packtrain/pack/source/localsource"
)

var races = flag.Int("races", 100, "how often each race is run")

// A race changes a directory over and over while it is copied.
type race struct {
	name   string
	change func(w raceWorld, round int) error
	// holes: "f" is empty for a moment, or "sub" is away.
	holes bool
}

// A raceWorld is a directory that is copied, and what must not be in the copy.
type raceWorld struct{ dir, outside, spare string }

// versions are the contents that "f" has; each is all of one letter, and larger
// than what is read at a time.
func version(round int) []byte {
	return bytes.Repeat([]byte{byte('a' + round%26)}, 100_000+round%3*40_000)
}

func testRaces(t *testing.T) {
	t.Parallel()
	for _, r := range []race{
		{"grows and shrinks", func(w raceWorld, round int) error {
			return os.WriteFile(filepath.Join(w.dir, "f"), version(round), 0o600)
		}, true},
		{"is overwritten in place", func(w raceWorld, round int) error {
			f, err := os.OpenFile(filepath.Join(w.dir, "f"), os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			_, err = f.WriteAt(version(round*3), 0)
			return errors.Join(err, f.Truncate(100_000), f.Close())
		}, false},
		{"is replaced", func(w raceWorld, round int) error {
			if round%2 == 0 {
				return replaceFile(w, version(round))
			}
			link := filepath.Join(w.spare, "link")
			return errors.Join(os.Symlink(filepath.Join(w.outside, "secret"), link), os.Rename(link, filepath.Join(w.dir, "f")))
		}, false},
		{"directory becomes a link", func(w raceWorld, round int) error {
			sub, away := filepath.Join(w.dir, "sub"), filepath.Join(w.spare, "sub")
			if round%2 == 0 {
				return errors.Join(os.Rename(sub, away), os.Symlink(w.outside, sub))
			}
			return errors.Join(os.Remove(sub), os.Rename(away, sub))
		}, true},
		{"is moved about", func(w raceWorld, round int) error {
			a, b := filepath.Join(w.dir, "sub", "g"), filepath.Join(w.dir, "a", "g")
			if round%2 == 1 {
				a, b = b, a
			}
			return os.Rename(a, b)
		}, false},
	} {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			r.run(t)
		})
	}
}

func replaceFile(w raceWorld, content []byte) error {
	fresh := filepath.Join(w.spare, "fresh")
	return errors.Join(os.WriteFile(fresh, content, 0o600), os.Rename(fresh, filepath.Join(w.dir, "f")))
}

func (r race) run(t *testing.T) {
	t.Helper()
	top := t.TempDir()
	w := raceWorld{filepath.Join(top, "dir"), filepath.Join(top, "outside"), filepath.Join(top, "spare")}
	write(t, top, fstest.MapFS{"dir/f": {Data: version(0)}, "dir/sub/g": {Data: []byte("g")}, "dir/a/x": {}, "outside/secret": {}, "outside/g": {Data: []byte("secret")}, "spare/x": {}})
	s := newSource(t, localsource.Options{Roots: []string{w.dir}})
	copied := 0
	for round := 0; round < *races && !t.Failed(); round++ {
		changed := make(chan error)
		time.AfterFunc(rand.N(30*time.Millisecond), func() { changed <- r.change(w, round) }) // before, while or after it is copied
		if copyOnce(t, s, w, filepath.Join(top, "copies"), r.holes) {
			copied++
		}
		if err := <-changed; err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d of %d copies went well", copied, *races)
}

// copyOnce copies the directory, and checks that the copy is whole or refused.
func copyOnce(t *testing.T, s source.Source, w raceWorld, dest string, holes bool) bool {
	t.Helper()
	tree, err := source.NewTree(dest, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := tree.Discard(); err != nil {
			t.Error(err)
		}
	}()
	err = s.Fetch(t.Context(), pack.Pin{Scheme: source.SchemeLocal, Location: w.dir}, tree)
	if err != nil {
		if code := pack.CodeOf(err); code != pack.CodeContentChanged && code != pack.CodeForbiddenEntry {
			t.Errorf("got %q, %v", code, err)
		}
		return false
	}
	result, err := tree.Finish()
	if err != nil {
		t.Fatal(err)
	}
	checkCopy(t, result, holes)
	return true
}

func checkCopy(t *testing.T, result source.TreeResult, holes bool) {
	t.Helper()
	fsys := os.DirFS(result.Dir)
	f, err := fs.ReadFile(fsys, "f")
	if err != nil || len(f) == 0 && !holes || len(f) > 0 && len(bytes.Trim(f, string(f[:1]))) > 0 {
		t.Errorf("a file that never was: %d bytes, %v", len(f), err)
	}
	g, errG := fs.ReadFile(fsys, "sub/g")
	moved, errMoved := fs.ReadFile(fsys, "a/g")
	isHole := holes && errors.Is(errG, fs.ErrNotExist)
	if !isHole && ((errG == nil) == (errMoved == nil) || string(g)+string(moved) != "g") {
		t.Errorf("got %q in one place and %q in the other: %v, %v", g, moved, errG, errMoved)
	}
	if digest, err := pack.TreeDigest(fsys); err != nil || digest != result.TreeDigest {
		t.Errorf("got digest %s, the files have %s, %v", result.TreeDigest, digest, err)
	}
}

// testChangeWithinATick: a file that was made a moment ago is overwritten while it
// is read, so quickly that its time may be the same.
func testChangeWithinATick(t *testing.T) {
	t.Parallel()
	for range 20 {
		dir := filepath.Join(t.TempDir(), "x")
		write(t, dir, fstest.MapFS{"f": {Data: version(0)}})
		s := newSource(t, localsource.Options{AllowAll: true})
		overwrite := sinkFuncOf(func(_ context.Context, _ source.Entry, content io.Reader) error {
			if _, err := io.ReadFull(content, make([]byte, 10)); err != nil {
				return err
			}
			f, err := os.OpenFile(filepath.Join(dir, "f"), os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			_, err = f.WriteAt(version(3), 0)
			_, readErr := io.Copy(io.Discard, content)
			return errors.Join(err, f.Close(), readErr)
		})
		err := s.Fetch(t.Context(), pack.Pin{Scheme: source.SchemeLocal, Location: dir}, overwrite)
		if pack.CodeOf(err) != pack.CodeContentChanged {
			t.Fatalf("got %v", err)
		}
	}
}

// testHashOfWhatWasCopied: one pass hashes and copies, so a change after it has
// no effect.
func testHashOfWhatWasCopied(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "x")
	write(t, dir, fstest.MapFS{"a": {Data: []byte("before")}})
	tree, err := source.NewTree(filepath.Join(t.TempDir(), "tree"), &source.TreeOptions{DirectoryChecksum: true})
	if err != nil {
		t.Fatal(err)
	}
	s := newSource(t, localsource.Options{AllowAll: true})
	if err := s.Fetch(t.Context(), pack.Pin{Scheme: source.SchemeLocal, Location: dir}, tree); err != nil {
		t.Fatal(err)
	}
	write(t, dir, fstest.MapFS{"a": {Data: []byte("after!")}})
	result, err := tree.Finish()
	if err != nil {
		t.Fatal(err)
	}
	fsys := fstest.MapFS{"a": {Data: []byte("before"), Mode: 0o644}}
	want, err := pack.TreeDigest(fsys)
	if err != nil || result.TreeDigest != want {
		t.Errorf("got digest %s, want %s, %v", result.TreeDigest, want, err)
	}
	if sum, err := pack.DirectoryChecksum(fsys); err != nil || result.DirectoryChecksum != sum {
		t.Errorf("got checksum %s, want %s, %v", result.DirectoryChecksum, sum, err)
	}
}
