package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSyncConflicts: a sync that would break a pack that packs.yaml does not name is
// refused as a whole, and its plan says so; a lock does not depend on the root.
func TestSyncConflicts(t *testing.T) {
	t.Parallel()
	flags, index := serveIndex(t, "app@1.0.0: log@^1", "log@1.0.0:", "log@2.0.0:", "free@1.0.0:", "own@1.0.0: log@^1")
	file := filepath.Join(writeTree(t, map[string]string{"packs.yaml": "indices: {std: " + index + "}\npacks:\n  app: ^1\n  free: \"*\"\n"}), "packs.yaml")
	root := t.TempDir()
	run := func(args ...string) outcome {
		return on(t, root)(append(append(args, "--file", file), flags...)...)
	}
	wantOutput(t, run("sync"), exitOK, "app 1.0.0  install")
	wantOutput(t, run("install", "own"), exitOK)
	before, text := trees(t, root), readFile(t, file)
	const conflict = "installed packs need log: own (needs log@^1); remove them first, or allow them to break"
	wantOutput(t, run("drop", "app"), exitFailed, conflict, "app 1.0.0  remove  not done")
	if diff := cmp.Diff(before, trees(t, root)); diff != "" || readFile(t, file) != text {
		t.Errorf("a refused drop changed something (-want +got)\n%s", diff)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(text, "  app: ^1\n", "  log: ^2\n", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	wantOutput(t, run("lock"), exitOK, "log 2.0.0  upgrade from 1.0.0")
	plan := run("sync", "--dry-run", "--json")
	wantStatus(t, plan, exitFailed)
	if r := decode[syncReport](t, plan); len(r.Conflicts) != 1 || r.Conflicts[0].Ref != "log" || len(r.Steps) != 2 {
		t.Errorf("got %+v", r)
	}
	wantOutput(t, run("sync", "--allow-break", "*"), exitOK, "log 2.0.0  upgrade from 1.0.0")
}
