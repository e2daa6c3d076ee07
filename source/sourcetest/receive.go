package sourcetest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

// receiveTimeout is far more than any hostile content may take.
const receiveTimeout = 2 * time.Minute

// Receive receives a pack as an installation does: it resolves loc, fetches the
// first pin into a new [source.Tree] and reads the pack in it. want is the
// expected error code, "" for success; then Receive returns the result of the
// tree.
//
// However it ends, these hold: nothing beside the tree's directory has changed,
// the directory is gone once the tree is discarded, and an error has a code that
// its sentinel knows and a message without control characters.
func Receive(t testing.TB, src source.Source, loc source.Locator, want pack.Code) source.TreeResult {
	t.Helper()
	parent := t.TempDir()
	staging := filepath.Join(parent, "staging")
	putCanary(t, parent)
	before := treeDigest(t, parent)

	ctx, cancel := context.WithTimeout(t.Context(), receiveTimeout)
	defer cancel()
	result, discard, err := receive(ctx, src, loc, staging)
	if err := discard(); err != nil {
		t.Errorf("discard: %v", err)
	}
	if _, err := os.Lstat(staging); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the staging directory is still there (%v)", err)
	}
	if after := treeDigest(t, parent); after != before {
		t.Error("something beside the staging directory has changed")
	}
	checkCode(t, err, want)
	return result
}

// receive implements [Receive]; the caller must call discard in any case.
func receive(ctx context.Context, src source.Source, loc source.Locator, dir string) (result source.TreeResult, discard func() error, err error) {
	discard = func() error { return nil }
	pins, err := src.Resolve(ctx, loc)
	if err != nil {
		return result, discard, err
	}
	pin := pins[0]
	tree, err := source.NewTree(dir, &source.TreeOptions{StripTop: pin.StripTop, Subdir: pin.Subdir, DirectoryChecksum: true})
	if err != nil {
		return result, discard, err
	}
	if err := src.Fetch(ctx, pin, tree); err != nil {
		return result, tree.Discard, err
	}
	if result, err = tree.Finish(); err != nil {
		return result, tree.Discard, err
	}
	return result, tree.Discard, load(result.Dir)
}

// load reads the pack that a tree holds.
func load(dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close() //nolint:errcheck // it was only read
	at, err := pack.Root(root.FS())
	if err != nil {
		return err
	}
	fsys, err := root.OpenRoot(filepath.FromSlash(at))
	if err != nil {
		return err
	}
	defer fsys.Close() //nolint:errcheck // the same
	_, err = pack.Load(fsys.FS(), nil)
	return err
}

// putCanary makes files that must not be touched, under names that hostile packs
// target.
func putCanary(t testing.TB, parent string) {
	t.Helper()
	for _, name := range []string{"x", "evil", "abs", "b", "canary/x"} {
		path := filepath.Join(parent, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte("canary"), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
}

// treeDigest returns the canonical digest of a directory and the state of its files.
func treeDigest(t testing.TB, dir string) string {
	t.Helper()
	digest, err := pack.TreeDigest(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	meta, err := snapshot(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	// The parent's own time changes with the staging directory in it.
	_, rest, _ := strings.Cut(meta, "\n")
	return string(digest) + rest
}

func checkCode(t testing.TB, err error, want pack.Code) {
	t.Helper()
	if got := pack.CodeOf(err); got != want {
		t.Errorf("got the code %q (%v), want %q", got, err, want)
	}
	if err == nil {
		return
	}
	if !errors.Is(err, want.Sentinel()) {
		t.Errorf("%v does not match %v", err, want.Sentinel())
	}
	if strings.ContainsFunc(err.Error(), func(r rune) bool { return !unicode.IsGraphic(r) && r != '\n' }) {
		t.Errorf("the message is not escaped: %q", err)
	}
}
