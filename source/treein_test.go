package source_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

func openDir(t *testing.T, dir string) *os.Root {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	return root
}

// TestTreeInADirectoryThatIsExchanged: entries go into the directory that was
// opened, and discarding removes nothing, even from a directory of the same
// name.
func TestTreeInADirectoryThatIsExchanged(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	dir, away, outside := filepath.Join(parent, "dir"), filepath.Join(parent, "away"), t.TempDir()
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	root := openDir(t, dir)
	tree, err := source.NewTreeIn(root, &source.TreeOptions{StripTop: true, Subdir: "sub"})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Rename(dir, away), os.Symlink(outside, dir)); err != nil {
		t.Fatal(err)
	}
	if err := tree.Put(t.Context(), source.Entry{Name: "top/sub/f", Size: 1}, strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	result, err := tree.Finish()
	if err != nil || result.Dir != filepath.Join("top", "sub") {
		t.Errorf("got %+v, %v", result, err)
	}
	if got, err := root.ReadFile("top/sub/f"); err != nil || string(got) != "x" {
		t.Errorf("got %q, %v", got, err)
	}
	if err := tree.Discard(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(away, "top", "sub", "f")); err != nil {
		t.Error(err)
	}
	if found, err := os.ReadDir(outside); err != nil || len(found) > 0 {
		t.Errorf("outside holds %v, %v", found, err)
	}
}

func TestTreeInWantsAnEmptyDirectory(t *testing.T) {
	t.Parallel()
	root := openDir(t, t.TempDir())
	if err := root.WriteFile("x", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := source.NewTreeIn(root, nil); pack.CodeOf(err) != pack.CodeInvalidRequest {
		t.Errorf("got %v", err)
	}
	if _, err := source.NewTreeIn(root, &source.TreeOptions{Subdir: "../x"}); !errors.Is(err, pack.ErrUnsafe) {
		t.Errorf("got %v", err)
	}
	if err := root.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := source.NewTreeIn(root, nil); pack.CodeOf(err) != pack.CodeIO {
		t.Errorf("got %v", err)
	}
}

// TestTreeInHoldsItself: the pack at the root of the directory.
func TestTreeInHoldsItself(t *testing.T) {
	t.Parallel()
	root := openDir(t, t.TempDir())
	tree, err := source.NewTreeIn(root, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := tree.Put(t.Context(), source.Entry{Name: "f", Size: 1}, strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	result, err := tree.Finish()
	if err != nil || result.Dir != "" {
		t.Errorf("got %+v, %v", result, err)
	}
	if sum, err := pack.TreeDigest(root.FS()); err != nil || sum != result.TreeDigest {
		t.Errorf("got %s, %v, want %s", sum, err, result.TreeDigest)
	}
}
