package main

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack"
)

// trees returns the digests of the packs of a root.
func trees(t *testing.T, root string) map[string]pack.Digest {
	t.Helper()
	current := filepath.Join(root, "current")
	entries, err := os.ReadDir(current)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]pack.Digest{}
	for _, e := range entries {
		tree, err := pack.TreeDigest(os.DirFS(filepath.Join(current, e.Name())))
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name()] = tree
	}
	return all
}

// TestSyncKilled: a root whose syncs were killed at random is brought to the same as one
// whose sync was not.
func TestSyncKilled(t *testing.T) {
	t.Parallel()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	flags, index := serveIndex(t, "app@1.0.0: log@^1", "app@2.0.0: log@^2", "log@1.0.0:", "log@2.0.0: ring", "ring@1.0.0: app", "tool@1.0.0: log", "old@1.0.0:")
	file := filepath.Join(writeTree(t, map[string]string{"packs.yaml": "indices: {std: " + index + "}\npacks: {app: ^2, tool: '*'}\n"}), "packs.yaml")
	args := append([]string{"sync", "--prune", "--locked", "--file", file}, flags...)
	whole, root := t.TempDir(), t.TempDir()
	wantStatus(t, on(t, whole)(append([]string{"lock", "--file", file}, flags...)...), exitOK)
	wantStatus(t, on(t, whole)(args...), exitOK)
	random := rand.New(rand.NewPCG(3, 4))
	for range 6 {
		before := append([]string{"install", "app@1.0.0", "old", "--replace", "any", "--allow-break", "*", "--index", index}, flags...)
		wantStatus(t, on(t, root)(before...), exitOK)
		cmd := exec.CommandContext(t.Context(), program, append(slices.Clone(args), "--root", root)...)
		cmd.Env = append(os.Environ(), "PACKCTL_TEST_AS_PROGRAM=1")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(random.IntN(250)) * time.Millisecond)
		_ = cmd.Process.Kill() // it may have ended
		_ = cmd.Wait()
		wantStatus(t, on(t, root)(args...), exitOK)
		if diff := cmp.Diff(trees(t, whole), trees(t, root)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		wantOutput(t, on(t, root)("verify"), exitOK)
	}
}
