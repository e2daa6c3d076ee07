package source_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/source"
)

func TestSeal(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(dir string) error{
		"unchanged": func(string) error { return nil },
		"content":   func(dir string) error { return os.WriteFile(filepath.Join(dir, "a", "run.sh"), []byte("other"), 0o644) },
		"mode":      func(dir string) error { return os.Chmod(filepath.Join(dir, "a", "run.sh"), 0o755) },
		"new file":  func(dir string) error { return os.WriteFile(filepath.Join(dir, "more"), nil, 0o644) },
		"lost file": func(dir string) error { return os.Remove(filepath.Join(dir, "a", "run.sh")) },
		"link":      func(dir string) error { return os.Symlink("pack.yaml", filepath.Join(dir, "link")) },
		"all lost":  os.RemoveAll,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(sealable(t))); err != nil {
				t.Fatal(err)
			}
			want, err := pack.TreeDigest(os.DirFS(dir))
			if err != nil {
				t.Fatal(err)
			}
			if err := change(dir); err != nil {
				t.Fatal(err)
			}
			files, err := source.Seal(dir, want)
			if name != "unchanged" {
				if err == nil || files != nil || name != "all lost" && pack.CodeOf(err) != pack.CodeContentChanged {
					t.Errorf("got %v, %v", files, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got, err := pack.TreeDigest(files); err != nil || got != want {
				t.Errorf("got digest %s, %v, want %s", got, err, want)
			}
			if err := os.WriteFile(filepath.Join(dir, "pack.yaml"), []byte("ref: b"), 0o644); err != nil {
				t.Fatal(err)
			}
			if data, err := fs.ReadFile(files, "pack.yaml"); pack.CodeOf(err) != pack.CodeContentChanged {
				t.Errorf("changed afterwards: got %q, %v", data, err)
			}
		})
	}
}

func sealable(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	err := os.Mkdir(filepath.Join(dir, "a"), 0o755)
	for name, content := range map[string]string{"pack.yaml": "ref: a", "a/run.sh": "#!/bin/sh"} {
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(content), 0o644)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
