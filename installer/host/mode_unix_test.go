//go:build unix

package host_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/registry"
)

// A root is its owner's; what lies below has ordinary modes, so that the group can
// read it where the host wants that.
func TestModeOfTheRoot(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "data", "root")
	openAndClose := func(c host.Config) {
		c.Root = root
		h, err := host.Open(t.Context(), c)
		must(t, err)
		must(t, h.Close())
	}
	check := func(when string, want map[string]os.FileMode) {
		for name, mode := range want {
			info, err := os.Stat(filepath.Join(root, name))
			must(t, err)
			if info.Mode().Perm() != mode {
				t.Errorf("%s: %q has the mode %v, want %v", when, name, info.Mode().Perm(), mode)
			}
		}
	}
	openAndClose(host.Config{})
	check("new", map[string]os.FileMode{"..": 0o755, ".": 0o700, "packs": 0o755, "current": 0o755, "records": 0o755})
	openAndClose(host.Config{GroupAccess: true})
	check("for the group", map[string]os.FileMode{".": 0o750})
	must(t, os.Chmod(root, 0o755))
	openAndClose(host.Config{})
	check("as its owner wants", map[string]os.FileMode{".": 0o755})
}

// Records in files may be opened first.
func TestModeOfARootThatRecordsMake(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "root")
	records, err := registry.OpenFiles(t.Context(), filepath.Join(root, "records"))
	must(t, err)
	s, err := registry.Open(t.Context(), registry.Config{Root: root, Records: records})
	must(t, err)
	must(t, s.Close())
	if info, err := os.Stat(root); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("got %v, %v", info, err)
	}
}
