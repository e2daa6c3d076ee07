package fsx_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/packtrain/pack/internal/os/fsx"
)

func tree(t *testing.T, dir, content string) string {
	t.Helper()
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "f"), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestSyncDir(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := fsx.SyncDir(dir); err != nil {
		t.Error(err)
	}
	if err := fsx.SyncDir(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestSync(t *testing.T) {
	t.Parallel()
	for name, sync := range map[string]func(...string) error{"by the system": fsx.Sync, "each file": fsx.SyncEach} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			sub := tree(t, filepath.Join(dir, "sub"), "content")
			if err := os.Symlink("nowhere", filepath.Join(sub, "link")); err != nil {
				t.Fatal(err)
			}
			if err := sync(dir, filepath.Join(sub, "f")); err != nil {
				t.Error(err)
			}
			if err := sync(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("of what is not there: got %v", err)
			}
		})
	}
	if err := fsx.Sync(); err != nil {
		t.Errorf("of nothing: got %v", err)
	}
}
