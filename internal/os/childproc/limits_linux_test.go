package childproc_test

import (
	"os"
	"path/filepath"
	"testing"
)

// TestFileLimitOfACommand: a program cannot write a larger file, not even at once.
func TestFileLimitOfACommand(t *testing.T) {
	t.Parallel()
	c := shell(t, `head -c 100000 /dev/zero > large`)
	c.Limits.FileBytes = 5000
	res := run(t, c)
	info, err := os.Stat(filepath.Join(c.Dir, "large"))
	if err != nil || info.Size() != 5000 || res.ExitCode == 0 {
		t.Errorf("got %v, %v and exit code %d", info, err, res.ExitCode)
	}
}
