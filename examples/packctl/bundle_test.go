package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestBundleCommands: a bundle of a lock is written, listed and verified, and another root is
// brought to the lock from it, with no index and no network; damage is found.
func TestBundleCommands(t *testing.T) {
	t.Parallel()
	flags, index := serveIndex(t, "app@1.0.0: log", "log@1.0.0:")
	dir := writeTree(t, map[string]string{"packs.yaml": "indices:\n  std: " + index + "\npacks:\n  app: ^1\n"})
	file, locked, path := filepath.Join(dir, "packs.yaml"), filepath.Join(dir, "packs.lock"), filepath.Join(dir, "b")
	run := func(root string, args ...string) outcome { return on(t, root)(args...) }
	root := t.TempDir()
	wantOutput(t, run(root, append([]string{"lock", "--file", file}, flags...)...), exitOK)
	for _, output := range []string{path, filepath.Join(dir, "d") + "/"} {
		wantOutput(t, run(root, append([]string{"bundle", "create", locked, "-o", output}, flags...)...), exitOK, "2 packs, 0 Python packages, 0 Node.js packages\n")
		wantOutput(t, run(root, "bundle", "verify", output), exitOK, "2 packs")
		wantOutput(t, run(root, "bundle", "info", output), exitOK, "pack  app@1.0.0  0.0 MB", "index  std  ", "lock  packs.lock  ", "sha256:")
		wantOutput(t, run(t.TempDir(), "sync", "--locked", "--bundle", output, "--file", file), exitOK, "app 1.0.0  install", "log 1.0.0  install")
		wantOutput(t, run(t.TempDir(), "install", "app", "--bundle", output), exitOK, "app 1.0.0", "log 1.0.0")
	}
	if got := decode[bundleInfo](t, run(root, "bundle", "info", path, "--json")); len(got.Entries) != 4 || got.Digest == "" {
		t.Errorf("got %+v", got)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.Replace(data, []byte("ref: app"), []byte("ref: apq"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	wantOutput(t, run(root, "bundle", "verify", path), exitFailed, "app@1.0.0", "want sha256:")
	wantOutput(t, run(t.TempDir(), "sync", "--locked", "--bundle", path, "--file", file), exitFailed, "want sha256:")
	wantOutput(t, run(root, "bundle", "verify", file), exitFailed, "not a bundle")
	wantOutput(t, run(root, "bundle", "create", locked), exitUsage, "want -o FILE")
	wantOutput(t, run(root, "bundle"), exitUsage, "no command is given")
	wantOutput(t, run(root, "bundle", "creat"), exitUsage, `did you mean "create"`)
	for _, command := range [][]string{{"info", path}, {"verify", path}, {"create", locked, "-o", path}} {
		wantOutput(t, run(root, append([]string{"bundle", "--server", "http://127.0.0.1:1"}, command...)...), exitUsage, "--server has no effect")
	}
}
