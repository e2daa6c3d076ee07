package hostflags_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/deps/lock"
	"github.com/packtrain/pack/examples/hostflags"
)

// TestSaveKeepsWhatOthersWrote: a file that another process has written since it was read,
// while packs were installed, is not overwritten, nor is the other one then.
func TestSaveKeepsWhatOthersWrote(t *testing.T) {
	t.Parallel()
	const wants, edited, other = "packs:\n    app: ^1\n", "packs:\n    app: ^1\n    mine: ^1\n", "packs:\n    app: ^2\n"
	for name, tt := range map[string]struct {
		change string // the file that the other process writes
		want   bool   // it is refused
	}{
		"nothing": {"", false}, "the wants": {hostflags.WantsName, true}, "the lock": {hostflags.LockName, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), hostflags.WantsName)
			write(t, path, wants)
			w, err := hostflags.OpenWants(path, false)
			if err != nil {
				t.Fatal(err)
			}
			file, err := lock.ParseFile([]byte(edited))
			if err != nil {
				t.Fatal(err)
			}
			if tt.change != "" {
				write(t, filepath.Join(w.Dir(), tt.change), other)
			}
			err = w.Save(file, &lock.Lock{})
			if errors.Is(err, pack.ErrConflict) != tt.want || !tt.want && err != nil {
				t.Errorf("got %v", err)
			}
			expected := map[string]string{"": edited, hostflags.WantsName: other, hostflags.LockName: wants}[tt.change]
			if got, err := os.ReadFile(path); err != nil || string(got) != expected {
				t.Errorf("got %q, %v, want %q", got, err, expected)
			}
		})
	}
}

// TestSpecialFiles: packs.yaml and packs.lock of an unknown repository may be links to a
// device that never ends, or that keeps its reader waiting.
func TestSpecialFiles(t *testing.T) {
	t.Parallel()
	for _, name := range []string{hostflags.WantsName, hostflags.LockName} {
		for _, target := range []string{"/dev/zero", "/dev/tty", "."} {
			dir := t.TempDir()
			if _, err := os.Stat(target); err != nil || os.Symlink(target, filepath.Join(dir, name)) != nil {
				continue // not a Unix
			}
			if name == hostflags.LockName {
				write(t, filepath.Join(dir, hostflags.WantsName), "packs: {}\n")
			}
			_, err := hostflags.OpenWants(filepath.Join(dir, hostflags.WantsName), false)
			if pack.CodeOf(err) != pack.CodeInvalidRequest {
				t.Errorf("%s is a link to %s: got %v", name, target, err)
			}
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
