package main

import (
	"path/filepath"
	"testing"
)

// TestInit: a new pack of each kind is valid, passes its test, and runs.
func TestInit(t *testing.T) {
	t.Parallel()
	need(t, "python3")
	for _, kind := range newPackKinds() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "mine")
			run := on(t, filepath.Join(t.TempDir(), "root"))
			wantOutput(t, packctl(t, "init", "mine", dir, "--runtime", kind), exitOK, filepath.Join(dir, "pack.yaml"))
			wantOutput(t, packctl(t, "init", "mine", dir), exitFailed, "has files already")
			if v := decode[validationReport](t, packctl(t, "validate", "--json", dir)); !v.Packs[0].Valid || len(v.Packs[0].Findings) > 0 {
				t.Errorf("got %+v", v.Packs[0])
			}
			wantOutput(t, run("test", dir), exitOK, "mine 0.1.0  passed (1 of 1)")
			wantOutput(t, run("install", dir), exitOK)
			wantOutput(t, run("run", "mine.hello", "name=Ada"), exitOK, "Hello, Ada!")
			wantOutput(t, run("run", "mine.hello"), exitOK, "Hello, world!")
		})
	}
	wantOutput(t, packctl(t, "init", "Not a ref"), exitUsage, "ref")
	wantOutput(t, packctl(t, "init", "mine", "--runtime", "cobol"), exitUsage, "want one of shell, python")
}
