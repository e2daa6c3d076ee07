package fsx_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/packtrain/pack/internal/os/fsx"
)

// TestShare shares where the file system of temporary files can; anywhere, the content
// stays.
func TestShare(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	open := func(name, content string) *os.File {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o444); err != nil {
			t.Fatal(err)
		}
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = file.Close() })
		return file
	}
	block := string(make([]byte, 8192))
	from, same, other := open("from", block+"tail"), open("same", block+"tail"), open("other", block+"tall")
	if err := fsx.Share(from, same, int64(len(block)+4)); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("same content: %v", err)
	}
	if err := fsx.Share(from, other, int64(len(block)+4)); err == nil {
		t.Error("files that differ are shared")
	}
	for name, want := range map[string]string{"from": block + "tail", "same": block + "tail", "other": block + "tall"} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s has %d bytes of other content (%v)", name, len(got), err)
		}
	}
}
