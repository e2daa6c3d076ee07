package prefix_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack/internal/os/prefix"
)

// TestOf: a virtualenv's interpreter leads to the installation that it was made from,
// but not to everything beside the programs of that installation.
func TestOf(t *testing.T) {
	t.Parallel()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	for _, name := range []string{"home/bin/python3.11", "home/lib/python3.11/os.py", "home/secret", "node/bin/node", "node/secret", "m/shims/python3"} {
		if err := os.MkdirAll(filepath.Dir(at(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at(name), nil, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{"home/bin/python3": "python3.11", "v": "home", "venv": at("v/bin/python3"), "loop": "loop"} {
		if err := os.Symlink(target, at(name)); err != nil {
			t.Skip(err)
		}
	}
	for program, want := range map[string][]string{
		"venv": {
			at("venv"), at("v/bin/python3"), at("v/bin"), at("v/lib"),
			at("v/bin/python3.11"), at("v/bin"), at("v/lib"), at("home/bin/python3.11"), at("home/bin"), at("home/lib"),
		},
		"node/bin/node":   {at("node/bin/node")},
		"m/shims/python3": {at("m/shims/python3"), at("m")},
		"missing":         nil,
	} {
		if diff := cmp.Diff(want, prefix.Of(at(program))); diff != "" {
			t.Errorf("%s (-want +got)\n%s", program, diff)
		}
	}
	if got := prefix.Of(at("loop")); len(got) > 100 {
		t.Errorf("a link to itself leads to %d paths", len(got))
	}
}
