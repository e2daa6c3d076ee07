package interp_test

import (
	"os"
	"path/filepath"
	"testing"
)

// layout makes programs of a version manager at paths below a directory, each with its
// version, and shims that must not be started.
func layout(t *testing.T, programs map[string]string, shims ...string) (root string) {
	t.Helper()
	root = filepath.Join(t.TempDir(), "manager")
	for path, version := range programs {
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		program(t, path, version)
	}
	if err := os.MkdirAll(filepath.Join(root, "shims"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range shims {
		script(t, filepath.Join(root, "shims", name), "touch "+filepath.Join(root, "started")+"; exit 127")
	}
	t.Cleanup(func() {
		if _, err := os.Stat(filepath.Join(root, "started")); err == nil {
			t.Error("a shim was started")
		}
	})
	return root
}

func choose(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestPyenv: all versions are found, not the active ones alone; these come first, and a
// change is seen at once.
func TestPyenv(t *testing.T) {
	t.Parallel()
	root := layout(t, map[string]string{
		"versions/3.9.18/bin/python3.9": "3.9.18", "versions/3.10.13/bin/python3.10": "3.10.13", "versions/3.12.1/bin/python3.12": "3.12.1",
		"versions/2.7.18/bin/python2.7": "2.7.18",
	}, "python3", "python3.9", "python3.10", "python3.12", "python3.99")
	for _, v := range [][2]string{{"3.9.18", "3.9"}, {"3.10.13", "3.10"}, {"3.12.1", "3.12"}} {
		if err := os.Symlink("python"+v[1], filepath.Join(root, "versions", v[0], "bin", "python3")); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("3.12.1", filepath.Join(root, "versions", "3.12")); err != nil {
		t.Fatal(err)
	}
	f, started := newFinder(t, filepath.Join(root, "shims"))
	mustFind(t, f.Pythons, "3.12.1", "3.10.13", "3.9.18")
	choose(t, filepath.Join(root, "version"), "3.9.18\n3.12.1\n")
	mustFind(t, f.Pythons, "3.9.18", "3.12.1", "3.10.13")
	choose(t, filepath.Join(root, "version"), "3.10.13\n")
	mustFind(t, f.Pythons, "3.10.13", "3.12.1", "3.9.18")
	if n := started.n.Load(); n != 3 {
		t.Errorf("%d processes were started, want one for each version", n)
	}
	single, _ := newFinder(t, filepath.Join(root, "shims", "python3.9"))
	mustFind(t, single.Pythons, "3.9.18")
}

func TestAsdfAndMise(t *testing.T) {
	t.Parallel()
	root := layout(t, map[string]string{
		"installs/python/3.9.18/bin/python3": "3.9.18", "installs/python/3.12.1/bin/python3": "3.12.1",
		"installs/nodejs/18.3.1/bin/node": "18.3.1", "installs/nodejs/22.1.0/bin/node": "22.1.0",
		"installs/node/20.20.2/bin/node": "20.20.2", // as mise names it
	}, "python3", "node")
	f, _ := newFinder(t, filepath.Join(root, "shims"))
	mustFind(t, f.Pythons, "3.12.1", "3.9.18")
	mustFind(t, f.Nodes, "20.20.2", "22.1.0", "18.3.1")
	choose(t, filepath.Join(filepath.Dir(root), ".tool-versions"), "python 3.9.18\nnodejs 18.3.1 22.1.0\n")
	mustFind(t, f.Pythons, "3.9.18", "3.12.1")
	mustFind(t, f.Nodes, "20.20.2", "18.3.1", "22.1.0")
}
