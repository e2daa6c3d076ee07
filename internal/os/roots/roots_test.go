//go:build unix

package roots_test

import (
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/internal/os/roots"
)

// world has a directory "in" with a file, links out of it and a pipe.
func world(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	outside := t.TempDir()
	in := filepath.Join(dir, "in")
	for _, err := range []error{
		os.Mkdir(in, 0o755),
		os.WriteFile(filepath.Join(in, "file"), []byte("text"), 0o600),
		os.WriteFile(filepath.Join(outside, "secret"), []byte("secret"), 0o600),
		os.Symlink(filepath.Join(outside, "secret"), filepath.Join(in, "link")),
		os.Symlink("file", filepath.Join(in, "inner")),
		os.Symlink(outside, filepath.Join(dir, "out")),
		syscall.Mkfifo(filepath.Join(in, "pipe"), 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestOpenDir(t *testing.T) {
	t.Parallel()
	dir := world(t)
	a := roots.Allowed{Dirs: []string{"/nowhere", dir}}
	for path, want := range map[string]pack.Code{
		dir: "", dir + "/in": "", dir + "/gone": pack.CodeNotFound, dir + "/in/file": pack.CodeInvalidRequest, dir + "/in/pipe": pack.CodeForbiddenEntry,
		dir + "/out": pack.CodePolicyDenied, dir + "/out/x": pack.CodePolicyDenied, filepath.Dir(dir): pack.CodePolicyDenied, "/": pack.CodePolicyDenied,
		dir + "/in\x00": pack.CodePolicyDenied, dir + "/in/../in": pack.CodeInvalidRequest, "in": pack.CodeInvalidRequest, "": pack.CodeInvalidRequest,
	} {
		opened, err := a.OpenDir(path)
		if got := pack.CodeOf(err); got != want {
			t.Errorf("%q: got %v, want %q", path, err, want)
		}
		if err == nil {
			_ = opened.Close()
		}
	}
	if _, err := (roots.Allowed{}).OpenDir(dir); pack.CodeOf(err) != pack.CodePolicyDenied {
		t.Errorf("nothing is allowed: got %v", err)
	}
	if err := (roots.Allowed{Dirs: []string{"/a", "b"}}).Check(); pack.CodeOf(err) != pack.CodeInvalidRequest {
		t.Errorf("a relative root: got %v", err)
	}
}

func TestOpenFile(t *testing.T) {
	t.Parallel()
	dir, err := os.OpenRoot(filepath.Join(world(t), "in"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = dir.Close() })
	for name, want := range map[string]pack.Code{
		"gone": pack.CodeNotFound, ".": pack.CodeInvalidRequest, "pipe": pack.CodeForbiddenEntry, "link": pack.CodeForbiddenEntry, "inner": pack.CodeForbiddenEntry,
	} {
		if _, _, err := roots.OpenFile(dir, name); pack.CodeOf(err) != want {
			t.Errorf("%s: got %v, want %q", name, err, want)
		}
	}
	f, info, err := roots.OpenFile(dir, "file")
	if err != nil || info.Size() != 4 {
		t.Fatal(info, err)
	}
	if text, err := io.ReadAll(f); string(text) != "text" || err != nil {
		t.Errorf("got %q, %v", text, err)
	}
	_ = f.Close()
}
