package main

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack"
)

// A directory that people work in has the same content for every command.
func TestWorkingDirectoryIsOnePack(t *testing.T) {
	t.Parallel()
	clean := goodPack()
	clean[".packignore"] = "notes/\n"
	want := decode[checksumReport](t, packctl(t, "checksum", writeTree(t, clean), "--json")).TreeDigest
	worked := maps.Clone(clean)
	for _, name := range []string{"notes/todo", ".git/HEAD", "node_modules/x/index.js", "actions/__pycache__/run.pyc", ".DS_Store", "actions/.run.sh.swp"} {
		worked[name] = "x"
	}
	dir := writeTree(t, worked)
	if err := os.MkdirAll(filepath.Join(dir, ".venv", "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/usr/bin/python3", filepath.Join(dir, ".venv", "bin", "python")); err != nil {
		t.Fatal(err)
	}
	if got := decode[checksumReport](t, packctl(t, "checksum", dir, "--json")).TreeDigest; got != want {
		t.Errorf("checksum: %s, want %s", got, want)
	}
	v := decode[validationReport](t, packctl(t, "validate", dir, "--json")).Packs[0]
	if !v.Valid || !strings.Contains(v.LeftOut, "(7): .DS_Store, .git, .venv, actions/.run.sh.swp, actions/__pycache__, node_modules, notes;") {
		t.Errorf("validate: %+v", v)
	}
	for _, command := range []string{"install", "register"} {
		root := t.TempDir()
		o := on(t, root)(command, dir)
		wantStatus(t, o, exitOK)
		if !strings.Contains(o.stdout+o.stderr, "left out of the pack") {
			t.Errorf("%s says nothing of what was left out: %+v", command, o)
		}
		tree, err := pack.TreeDigest(os.DirFS(filepath.Join(root, "current", "demo")))
		if err != nil || tree != want {
			t.Errorf("%s: %s, %v, want %s", command, tree, err, want)
		}
	}
	for _, command := range []string{"deps", "build"} {
		o := on(t, t.TempDir())(command, dir)
		if o.status != exitOK || !strings.Contains(o.stdout+o.stderr, "left out of the pack") {
			t.Errorf("%s: %+v", command, o)
		}
	}
}
