package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// zipped returns an archive with a pack.yaml.
func zipped(t *testing.T, manifest string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create("pack.yaml")
	if err == nil {
		_, err = f.Write([]byte(manifest))
	}
	if err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// serveIndex serves the packs, "ref@version: dependencies" each, and returns the flags that
// allow it, and the URL of the index.
func serveIndex(t *testing.T, packs ...string) (flags []string, index string) {
	t.Helper()
	files := map[string][]byte{}
	var entries []any
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(files[r.URL.Path]) }))
	t.Cleanup(srv.Close)
	for _, line := range packs {
		id, needs, _ := strings.Cut(line, ":")
		ref, version, _ := strings.Cut(id, "@")
		list := []string{}
		if needs = strings.TrimSpace(needs); needs != "" {
			list = strings.Split(needs, ", ")
		}
		packed, err := json.Marshal(list)
		if err != nil {
			t.Fatal(err)
		}
		data := zipped(t, fmt.Sprintf("ref: %s\nversion: %s\nlabel: L\ndescription: D\ndependencies: %s\n", ref, version, packed))
		files["/"+id+".zip"] = data
		sum := sha256.Sum256(data)
		entries = append(entries, map[string]any{
			"ref": ref, "label": "L", "description": "D", "version": version, "author": "a", "license": "MIT", "dependencies": map[string]any{"packs": list},
			"install_sources": []any{map[string]any{"type": "archive", "url": srv.URL + "/" + id + ".zip", "checksum": "sha256:" + hex.EncodeToString(sum[:])}},
		})
	}
	document, err := json.Marshal(map[string]any{"registry_name": "T", "registry_url": srv.URL, "version": "1.0", "packs": entries})
	if err != nil {
		t.Fatal(err)
	}
	files["/index.json"] = document
	return []string{"--allow-http", "--allow-private", "127.0.0.1", "--quiet"}, srv.URL + "/index.json"
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func wantOutput(t *testing.T, o outcome, status int, texts ...string) {
	t.Helper()
	wantStatus(t, o, status)
	for _, text := range texts {
		if !strings.Contains(o.stdout+o.stderr, text) {
			t.Errorf("no %q in\n%s%s", text, o.stdout, o.stderr)
		}
	}
}

// TestWantsFile: packs are added to a file, another root is brought to it, and packs are
// dropped.
func TestWantsFile(t *testing.T) {
	t.Parallel()
	flags, index := serveIndex(t, "app@1.0.0: log@^1", "app@2.0.0: log@^1", "log@1.0.0:", "log@1.1.0:", "tool@1.0.0: log")
	dir := writeTree(t, map[string]string{
		"packs.yaml":     "# ours\nindices:\n  std: " + index + "\nprovided: [core]\n\npacks:\n  # the app\n  app: ^1\n",
		"mine/pack.yaml": "ref: mine\nversion: 0.1.0\nlabel: L\ndescription: D\ndependencies: [core]\n",
	})
	file := filepath.Join(dir, "packs.yaml")
	run := func(root string, args ...string) outcome {
		return on(t, root)(append(append(args, "--file", file), flags...)...)
	}
	root := t.TempDir()
	wantOutput(t, run(root, "sync", "--locked"), exitFailed, "packs.lock does not state what is wanted: app ^1 is wanted, and the lock does not have it")
	wantOutput(t, run(root, "lock"), exitOK, "app 1.0.0  install", "log 1.1.0  install")
	wantOutput(t, run(root, "list"), exitOK)
	wantOutput(t, run(root, "add", "tool", filepath.Join(dir, "mine")), exitOK, "app 1.0.0  install", "tool 1.0.0  install", "mine 0.1.0  install")
	want := "  # the app\n  app: ^1\n  tool: \"*\"\n  mine: {from: \"" + filepath.Join(dir, "mine") + "\"}\n"
	if text := readFile(t, file); !strings.HasSuffix(text, want) || !strings.HasPrefix(text, "# ours\n") {
		t.Errorf("got\n%s", text)
	}
	locked := readFile(t, filepath.Join(dir, "packs.lock"))
	if !strings.Contains(locked, "  pin local mine size 70\n  tree sha256:") || !strings.Contains(locked, "  need core * provided\n") || strings.Contains(locked, "pin local "+dir) {
		t.Errorf("got\n%s", locked)
	}
	other := t.TempDir()
	wantOutput(t, run(other, "sync", "--locked", "--dry-run"), exitOK, "app 1.0.0  install  not done")
	wantOutput(t, run(other, "sync", "--locked"), exitOK, "app 1.0.0  install", "mine 0.1.0  install")
	wantOutput(t, run(other, "sync", "--locked"), exitOK, "4 unchanged")
	wantOutput(t, run(root, "outdated"), exitOK, "app 1.0.0  wanted 1.0.0  latest 2.0.0")
	wantOutput(t, run(root, "add", "app@^2"), exitOK, "app 2.0.0  upgrade from 1.0.0")
	wantOutput(t, run(root, "drop", "tool", "app"), exitOK, "app 2.0.0  remove", "log 1.1.0  remove", "tool 1.0.0  remove")
	wantOutput(t, run(root, "drop", "tool"), exitFailed, "packs.yaml does not name tool")
	report := decode[syncReport](t, run(other, "sync", "--locked", "--prune", "--json"))
	var actions []string
	for _, s := range report.Steps {
		actions = append(actions, fmt.Sprintf("%s %s %t", s.Action, s.Ref, s.Done))
	}
	if diff := cmp.Diff([]string{"remove app true", "remove log true", "keep mine true", "remove tool true"}, actions); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestSettingsOfTheFile: flags count before the file, and the file counts for every
// command that is given it.
func TestSettingsOfTheFile(t *testing.T) {
	t.Parallel()
	flags, index := serveIndex(t, "app@1.0.0:")
	_, other := serveIndex(t, "app@3.0.0:")
	file := filepath.Join(writeTree(t, map[string]string{
		"packs.yaml": "indices: {std: " + index + "}\nplatform: 1.0.0\n", "new/pack.yaml": "ref: new\nversion: 1.0.0\nlabel: L\ndescription: D\ndependencies: {attune_version: \">=99\", packs: []}\n",
	}), "packs.yaml")
	run := func(args ...string) outcome {
		return on(t, t.TempDir())(append(append(args, "--file", file), flags...)...)
	}
	wantOutput(t, run("install", "app"), exitOK, "app 1.0.0")
	wantOutput(t, run("install", "app", "--index", other), exitOK, "app 3.0.0")
	for _, args := range [][]string{{"install"}, {"add"}} {
		o := run(append(args, filepath.Join(filepath.Dir(file), "new"))...)
		wantOutput(t, o, exitFailed, ">=99", "1.0.0")
	}
	wantOutput(t, run("install", filepath.Join(filepath.Dir(file), "new"), "--platform-version", "99.1.0"), exitOK, "new 1.0.0")
	wantOutput(t, on(t, t.TempDir())("sync", "--file", file+".none"), exitFailed, "there is no file")
	wantOutput(t, on(t, t.TempDir())("sync", "--locked", "--update", "app", "--file", file), exitUsage, "--locked and --update exclude each other")
	wantOutput(t, packctl(t, "sync", "--server", "http://s"), exitUsage, "packd --sync FILE")
}

// TestFileOfTheWorkingDirectory: sync, lock, add, drop and outdated find it, and no other
// command does.
func TestFileOfTheWorkingDirectory(t *testing.T) {
	flags, index := serveIndex(t, "app@1.0.0:")
	dir := writeTree(t, map[string]string{"packs.yaml": "indices: {std: " + index + "}\npacks: {app: ^1}\n", "mine/pack.yaml": "ref: mine\nversion: 0.1.0\nlabel: L\ndescription: D\n"})
	t.Chdir(dir)
	run := func(root string, args ...string) outcome { return on(t, root)(append(args, flags...)...) }
	root := t.TempDir()
	wantOutput(t, run(root, "sync"), exitOK, "app 1.0.0  install")
	wantOutput(t, run(t.TempDir(), "install", "app"), exitFailed, "no registry index is configured")
	wantOutput(t, run(root, "add", "./mine"), exitFailed, "write each pack on a line of its own")
	if err := os.WriteFile("packs.yaml", []byte("indices: {std: "+index+"}\npacks:\n    app: ^1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	wantOutput(t, run(root, "add", "./mine"), exitOK, "mine 0.1.0  install")
	if text := readFile(t, "packs.yaml"); !strings.HasSuffix(text, "    app: ^1\n    mine: {from: \"./mine\"}\n") {
		t.Errorf("got\n%s", text)
	}
	moved := filepath.Join(t.TempDir(), "moved")
	if err := os.Rename(dir, moved); err != nil {
		t.Fatal(err)
	}
	t.Chdir(moved)
	wantOutput(t, run(t.TempDir(), "sync", "--locked"), exitOK, "mine 0.1.0  install")
	if err := os.WriteFile(filepath.Join(moved, "mine", "README.md"), []byte("changed"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := run(t.TempDir(), "sync", "--locked", "--no-cache")
	wantOutput(t, o, exitFailed, "packs.lock states other content for mine@0.1.0: ", "tree checksum is sha256:", "want sha256:", "packctl sync --update mine takes")
	wantOutput(t, run(root, "lock", "--update", "mine"), exitOK, "mine 0.1.0  repin")
	wantOutput(t, run(root, "sync", "--locked"), exitOK, "mine 0.1.0  repin")
}
