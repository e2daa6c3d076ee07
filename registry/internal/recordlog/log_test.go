package recordlog

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// TestReplaceAfterReplayedRename: a file system that replayed an interrupted renaming can
// have both names on one file.
func TestReplaceAfterReplayedRename(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := New(dir)
	if _, err := l.Append(Position{}, []byte("one")); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(filepath.Join(dir, "log"), filepath.Join(dir, "log.new")); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Replace([][]byte{[]byte("two")}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(filepath.Join(dir, "log.new")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("log.new is still there: %v", err)
	}
	payloads, _, err := l.Read(Position{})
	if err != nil || len(payloads) != 1 || string(payloads[0]) != "two" {
		t.Errorf("got %q, %v", payloads, err)
	}
}
