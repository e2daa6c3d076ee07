//go:build unix

package write_test

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/packtrain/pack/internal/archive/write"
)

// TestModesWhateverTheUmask runs the test of modes in processes with other
// umasks; that of this process belongs to all tests.
func TestModesWhateverTheUmask(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, umask := range []string{"000", "077"} {
		cmd := exec.CommandContext(t.Context(), "/bin/sh", "-c", `umask "$0"; exec "$1" -test.run '^TestHostile$/^A19$' -test.v`, umask, self)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("umask %s: %v\n%s", umask, err, out)
		}
	}
}

// A pipe that another process puts in the place of a file does not block.
func TestOpenDoesNotWaitForAPipe(t *testing.T) {
	t.Parallel()
	w, dir := open(t, write.Options{})
	if err := put(t, w, "f", "content"); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "f")
	if err := errors.Join(os.Remove(path), syscall.Mkfifo(path, 0o600)); err != nil {
		t.Fatal(err)
	}
	f, err := w.Open("f")
	if err != nil {
		t.Fatal(err)
	}
	if content, err := io.ReadAll(f); err != nil || len(content) > 0 {
		t.Errorf("got %q, %v", content, err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}
