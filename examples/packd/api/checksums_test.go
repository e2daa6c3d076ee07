package api_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// downloadMine downloads a pack, and returns its path and its tree digest.
func (f *fixture) downloadMine() (path, tree string) {
	f.t.Helper()
	a := f.post("download", m{"packs": list{writePack(f.t, f.allowed, "mine", "1.0.0")}, "destination_dir": filepath.Join(f.allowed, "into")})
	wantStatus(f.t, a, 200)
	got := decode(f.t, a)["data"].(m)["downloaded_packs"].(list)[0].(m)
	return got["pack_path"].(string), got["tree_digest"].(string)
}

// hostileChange is N17: another program that may write where packs are downloaded changes one
// before the next stage takes it.
func hostileChange(t *testing.T) {
	t.Parallel()
	stages := []string{"dependencies", "build-envs", "register-batch"}
	for name, change := range map[string]func(path string) error{
		"nothing": func(string) error { return nil },
		"content": func(path string) error {
			return os.WriteFile(filepath.Join(path, "actions/run.sh"), []byte("#!/bin/sh\nid\n"), 0o600)
		},
		"a mode":      func(path string) error { return os.Chmod(filepath.Join(path, "actions/run.sh"), 0o755) },
		"a new file":  func(path string) error { return os.WriteFile(filepath.Join(path, "x"), nil, 0o600) },
		"a lost file": func(path string) error { return os.Remove(filepath.Join(path, "actions/run.yaml")) },
	} {
		f := start(t)
		path, tree := f.downloadMine()
		if err := change(path); err != nil {
			t.Fatal(err)
		}
		for _, stage := range stages {
			a := f.post(stage, m{"pack_paths": list{path + "/."}, "checksums": m{path: tree}})
			wantStatus(t, a, 200)
			if refused := strings.Contains(string(a.body), `"code":"content_changed"`); refused == (name == "nothing") {
				t.Errorf("%s of a pack in which %s changed: %s", stage, name, a.body)
			}
		}
		installed := strings.Contains(string(f.call("GET", "/api/v1/packs", request{}).body), `"mine"`)
		if installed != (name == "nothing") {
			t.Errorf("after %s changed: installed %t", name, installed)
		}
	}
}

// TestChecksumsBelongToPaths: with a checksum that belongs to no pack, one would be taken
// unchecked.
func TestChecksumsBelongToPaths(t *testing.T) {
	t.Parallel()
	f := start(t)
	path, tree := f.downloadMine()
	other := "sha256:" + strings.Repeat("0", 64)
	for _, stage := range []string{"dependencies", "build-envs", "register-batch"} {
		for name, sums := range map[string]any{
			"another path":  m{path + "2": tree},
			"two for one":   m{path: tree, path + "/": other},
			"no digest":     m{path: ""},
			"a weak digest": m{path: "md5:d41d8cd98f00b204e9800998ecf8427e"},
			"a list":        list{tree},
			"a number":      m{path: 5},
		} {
			a := f.post(stage, m{"pack_paths": list{path}, "checksums": sums})
			f.wantError(stage+" with "+name, a, refusal{status: 422, code: "invalid_request"})
			if !strings.Contains(string(a.body), "checksums") {
				t.Errorf("%s with %s: %s", stage, name, a.body)
			}
		}
		for _, sums := range []any{nil, m{}, m{path: strings.ToUpper(tree[7:])}, m{path + "/.": tree}} {
			upper, isMap := sums.(m)
			if isMap && upper[path] != nil {
				upper[path] = "sha256:" + upper[path].(string)
			}
			a := f.post(stage, m{"pack_paths": list{path}, "checksums": sums})
			wantStatus(t, a, 200)
			if slices.Contains(strings.Split(string(a.body), `"`), "content_changed") {
				t.Errorf("%s with %v: %s", stage, sums, a.body)
			}
		}
	}
}
