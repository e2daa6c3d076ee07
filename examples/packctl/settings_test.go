package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/installer/host"
)

// TestSettingsOfServer: a file may name the server, and is named beside one.
func TestSettingsOfServer(t *testing.T) {
	t.Parallel()
	url, tokenFile := serve(t, hostflags.Config{Config: host.Config{Root: t.TempDir()}}, t.TempDir())
	file := filepath.Join(t.TempDir(), "settings.yaml")
	if err := os.WriteFile(file, []byte("root: none\npackctl: {server: '"+url+"', token_file: '"+tokenFile+"'}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	wantStatus(t, packctl(t, "list", "--settings", file), exitOK)
	wantStatus(t, packctl(t, "list", "--settings", file, "--server", url), exitOK)
	if got := packctl(t, "list", "--settings", file, "--server="); !strings.Contains(got.stderr, "there is no root") {
		t.Errorf("without the server: got %+v", got)
	}
}

// TestSettings: a project file and one of the user, in the working directory and the home
// of a user, and the environment, reach the commands; "settings show" says which of them.
func TestSettings(t *testing.T) {
	home := t.TempDir()
	dir, packs := writeTree(t, nil), writeTree(t, map[string]string{"demo/pack.yaml": "ref: demo\nversion: 1.0.0\nlabel: L\ndescription: D\n"})
	t.Chdir(dir)
	user := filepath.Join(home, ".config", "packtrain", "settings.yaml")
	files := map[string]string{
		user:                                 "cache: {max_age: 24h}\nisolation: {level: none}\ncredentials: {https://git.example: {bearer: canary}}\nnetwork: {proxy: 'http://u:canary@proxy.example:1', allow_hosts: [git.example]}\n",
		filepath.Join(dir, "packtrain.yaml"): "root: .packs\n",
		filepath.Join(dir, "packs.yaml"):     "packs: {}\nprovided: [core@2.1.0]\n",
	}
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	variables := map[string]string{"PATH": searchPath(), "HOME": home, "PACKTRAIN_PARALLEL": "2"}
	packctl := func(args ...string) outcome {
		var stdout, stderr bytes.Buffer
		status := run(t.Context(), args, world{stdout: &stdout, stderr: &stderr, getenv: func(name string) string { return variables[name] }, environ: os.Environ})
		return outcome{status, stdout.String(), stderr.String()}
	}
	wantStatus(t, packctl("install", filepath.Join(packs, "demo"), "--quiet"), exitOK)
	if _, err := os.Stat(filepath.Join(dir, ".packs", "current", "demo")); err != nil {
		t.Error("the root of the project file was not used:", err)
	}
	got := packctl("settings", "show", "--origin", "--file", "packs.yaml", "--allow-source", "cffi,six")
	wantStatus(t, got, exitOK)
	for _, want := range []string{
		"root  " + filepath.Join(dir, ".packs") + "  (project file " + filepath.Join(dir, "packtrain.yaml") + ":1)\n",
		"cache.max_age  24h0m0s  (user file " + user + ":1)\n",
		"parallel  2  (environment PACKTRAIN_PARALLEL)\n",
		"provided  core@2.1.0  (packs.yaml " + filepath.Join(dir, "packs.yaml") + ")\n",
		"policy.allow_source  cffi, six  (flag --allow-source)\n",
		"retention.generations  10  (default)\n",
		"credentials  https://git.example ********  (user file " + user + ":3)\n",
		"network.proxy  http://********@proxy.example:1  (user file " + user + ":4)\n",
	} {
		if !strings.Contains(got.stdout, want) {
			t.Errorf("want %q in\n%s", want, got.stdout)
		}
	}
	if all := got.stdout + packctl("settings", "show", "--json").stdout; strings.Contains(all, "canary") {
		t.Errorf("a secret is shown:\n%s", all)
	}
	if got := packctl("settings", "show", "--cache-max-age", "1h"); !strings.Contains(got.stdout, "cache.max_age  1h0m0s\n") {
		t.Errorf("the flag does not win: %+v", got)
	}
	if err := os.Chmod(user, 0o644); err != nil {
		t.Fatal(err)
	}
	if got := packctl("list"); got.status != exitUsage || !strings.Contains(got.stderr, "run chmod 600") {
		t.Errorf("got %+v", got)
	}
}
