package registry_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/packtrain/pack/registry"
)

// TestEqualFilesAreShared notes which files the file system is asked to share.
func TestEqualFilesAreShared(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", 5000)
	from := write(t, files{"same": large, "lib/same": large, "shorter": large + "y", "small": "x"})
	to := write(t, files{"same": large, "lib/same": large, "shorter": large, "small": "x", "new": large})
	if err := os.Symlink("same", filepath.Join(from, "new")); err != nil {
		t.Fatal(err)
	}
	var asked []string
	note := func(a, b *os.File, size int64) error {
		if size != int64(len(large)) || filepath.Base(a.Name()) != filepath.Base(b.Name()) {
			t.Errorf("%s and %s of %d bytes", a.Name(), b.Name(), size)
		}
		asked = append(asked, filepath.Base(b.Name()))
		return nil
	}
	registry.ShareEqual(from, to, note)
	if !slices.Equal(asked, []string{"same", "same"}) {
		t.Errorf("asked to share %q", asked)
	}
	tries := 0
	registry.ShareEqual(from, to, func(*os.File, *os.File, int64) error { tries++; return errors.ErrUnsupported })
	if tries != 1 {
		t.Errorf("tried %d times where nothing can be shared", tries)
	}
	registry.ShareEqual(filepath.Join(from, "none"), to, note) // nothing to share with
}
