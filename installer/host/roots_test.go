//go:build unix

package host_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/installer/host"
)

// rooted creates allowed/ with a pack, a pipe and links, and outside/ beside it.
func rooted(t *testing.T) (dir string, roots *host.Roots) {
	t.Helper()
	dir = t.TempDir()
	allowed := filepath.Join(dir, "allowed")
	err := errors.Join(
		os.MkdirAll(filepath.Join(allowed, "pack"), 0o755),
		os.MkdirAll(filepath.Join(dir, "outside", "pack"), 0o755),
		os.Symlink("pack", filepath.Join(allowed, "inner")),
		os.Symlink("../outside/pack", filepath.Join(allowed, "relative")),
		os.Symlink(filepath.Join(dir, "outside"), filepath.Join(allowed, "absolute")),
		os.Symlink(".", filepath.Join(dir, "allowed2")),
		os.WriteFile(filepath.Join(allowed, "file"), nil, 0o644),
		syscall.Mkfifo(filepath.Join(allowed, "pipe"), 0o644),
	)
	if err != nil {
		t.Fatal(err)
	}
	roots, err = host.OpenRoots(allowed)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = roots.Close() })
	return dir, roots
}

func TestRootsOpen(t *testing.T) {
	t.Parallel()
	dir, roots := rooted(t)
	for name, want := range map[string]pack.Code{
		"allowed":                  "",
		"allowed/pack":             "",
		"allowed/inner":            "",
		"allowed/pack/../pack":     "",
		"allowed/relative":         pack.CodePolicyDenied,
		"allowed/absolute/pack":    pack.CodePolicyDenied,
		"allowed/../outside/pack":  pack.CodePolicyDenied,
		"outside/pack":             pack.CodePolicyDenied,
		"allowed2":                 pack.CodePolicyDenied,
		"":                         pack.CodePolicyDenied,
		"allowed/none":             pack.CodeIO,
		"allowed/file":             pack.CodeInvalidManifest,
		"allowed/pipe":             pack.CodeInvalidManifest,
		"allowed/pack/../../../..": pack.CodePolicyDenied,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root, err := roots.Open(dir + "/" + name)
			if (err == nil) != (want == "") || err != nil && pack.CodeOf(err) != want {
				t.Errorf("got %v, want code %q", err, want)
			}
			if root != nil {
				_ = root.Close()
			}
		})
	}
	if _, err := roots.Open(filepath.Join(dir, "allowed/none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestRootsCreate(t *testing.T) {
	t.Parallel()
	dir, roots := rooted(t)
	root, err := roots.Create(filepath.Join(dir, "allowed/new/deep"))
	if err != nil {
		t.Fatal(err)
	}
	_ = root.Close()
	for _, name := range []string{"outside/new", "allowed/absolute/new", "allowed/relative/new"} {
		if _, err := roots.Create(filepath.Join(dir, name)); !errors.Is(err, pack.ErrPolicy) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	for _, name := range []string{"outside/new", "outside/pack/new"} {
		if _, err := os.Lstat(filepath.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
