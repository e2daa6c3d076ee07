package api_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestDestinationStaysOpen exchanges a directory with a link after it was checked:
// writes still go into the directory.
func TestDestinationStaysOpen(t *testing.T) {
	t.Parallel()
	f := start(t)
	dir, away := filepath.Join(f.allowed, "dir"), filepath.Join(f.allowed, "away")
	path, release, err := f.server.OpenDestination(filepath.Join(dir, "sub"))
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	err = errors.Join(
		os.Rename(dir, away), os.Mkdir(filepath.Join(f.outside, "sub"), 0o755), os.Symlink(f.outside, dir),
		os.WriteFile(filepath.Join(path, "file"), nil, 0o600),
	)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(away, "sub", "file")); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(f.outside, "sub", "file")); err == nil {
		t.Error("the file was written outside")
	}
}
