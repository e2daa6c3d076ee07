package registry_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
)

// newRootWithEnvironment returns a root with records in files, an environment in it and
// two versions of a pack that uses it.
func newRootWithEnvironment(t *testing.T) *root {
	t.Helper()
	r := &root{dir: filepath.Join(t.TempDir(), "root")}
	r.records = openFiles(t, filepath.Join(r.dir, "records"))
	writeTo(t, r.dir, files{"envs/python/k-1/bin/python": "#!/bin/sh\necho \"ran $1\"\n"})
	env := filepath.Join(r.dir, "envs", "python", "k-1")
	if err := os.Chmod(filepath.Join(env, "bin", "python"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(r.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	c := r.config()
	c.GroupAccess = true
	c.Environments = attached{{Runtime: pack.RuntimePython, Key: "k", Instance: "1", Path: env, Interpreter: filepath.Join(env, "bin", "python")}}
	s := r.openWith(t, c)
	for _, version := range []string{"1.0.0", "1.1.0"} {
		register(t, s, registry.ReplaceUpgrade, write(t, simplePack("demo", version)))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return r
}

// runThere runs an action of the pack demo as a host would, and returns its output.
func runThere(t *testing.T, s *registry.Store) string {
	t.Helper()
	details, err := s.Show(t.Context(), "demo")
	if err != nil {
		t.Fatal(err)
	}
	if len(details.Active.Environments) != 1 {
		t.Fatalf("environments: %v", details.Active.Environments)
	}
	content, err := filepath.EvalSymlinks(details.StoragePath)
	if err != nil {
		t.Fatal(err)
	}
	if venv, err := filepath.EvalSymlinks(filepath.Join(filepath.Dir(content), "venv")); err != nil || venv != details.Active.Environments[0].Path {
		t.Errorf("venv leads to %q (%v)", venv, err)
	}
	out, err := exec.CommandContext(t.Context(), details.Active.Environments[0].Interpreter, filepath.Join(content, "actions", "run.sh")).CombinedOutput()
	if err != nil {
		t.Errorf("run: %v\n%s", err, out)
	}
	return strings.TrimSpace(string(out))
}

// TestMovedRoot moves a root: its environments are found, its packs are as recorded, and
// earlier generations are kept.
func TestMovedRoot(t *testing.T) {
	t.Parallel()
	r := newRootWithEnvironment(t)
	moved := filepath.Join(t.TempDir(), "elsewhere")
	if err := os.Rename(r.dir, moved); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(filepath.Join(moved, "records", "log")); err != nil || strings.Contains(string(data), r.dir) {
		t.Errorf("the records contain the path of the root (%v)", err)
	}
	after := &root{dir: moved, records: openFiles(t, filepath.Join(moved, "records"))}
	s := after.open(t)
	want := "ran " + filepath.Join(moved, "packs", "demo")
	if got := runThere(t, s); !strings.HasPrefix(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := differences(t, s); len(got) > 0 {
		t.Errorf("got %q", got)
	}
	if _, err := s.RollBack(t.Context(), "demo", nil); err != nil {
		t.Fatal(err)
	}
	if got := runThere(t, s); !strings.HasPrefix(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	metadata, err := filepath.Glob(filepath.Join(moved, "packs", "demo", "*", "metadata.json"))
	if err != nil || len(metadata) != 2 {
		t.Fatal(metadata, err)
	}
	for _, file := range metadata {
		if data, err := os.ReadFile(file); err != nil || strings.Contains(string(data), r.dir) {
			t.Errorf("%s contains the path of the root (%v)", file, err)
		}
	}
}
