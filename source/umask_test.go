//go:build unix

package source_test

import (
	"os"
	"os/exec"
	"testing"

	"github.com/packtrain/pack/source"
)

func TestTreeIsReadableByOthers(t *testing.T) {
	t.Parallel()
	tree, dir := newTree(t, nil)
	if err := tree.Put(t.Context(), source.Entry{Name: "d/f"}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := tree.Finish(); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{dir: 0o755, dir + "/d": 0o755, dir + "/d/f": 0o644} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: got %v, %v, want %v", path, info.Mode(), err, want)
		}
	}
}

// TestTreeIsReadableWhateverTheUmask runs the test above in a process with a
// umask of its own.
func TestTreeIsReadableWhateverTheUmask(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "/bin/sh", "-c", `umask 077; exec "$0" -test.run '^TestTreeIsReadableByOthers$'`, self)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
