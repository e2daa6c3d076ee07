package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/packtrain/pack/examples/hostflags"
	"github.com/packtrain/pack/installer/host"
	"github.com/packtrain/pack/source/registrysource"
)

// writeIndex writes an index of packs, "ref@version label" each.
func writeIndex(t *testing.T, packs ...string) string {
	t.Helper()
	var entries []string
	for _, p := range packs {
		id, label, _ := strings.Cut(p, " ")
		ref, version, _ := strings.Cut(id, "@")
		entries = append(entries, fmt.Sprintf(`{"ref": %q, "version": %q, "label": %q, "install_sources": [
			{"type": "archive", "url": "https://files.example/x.tar.gz", "checksum": "sha256:%064d"}]}`, ref, version, label, 0))
	}
	return writeTree(t, map[string]string{
		"index.json": `{"version": "1.0", "last_updated": "2026-01-01T00:00:00Z", "packs": [` + strings.Join(entries, ",") + `]}`,
	}) + "/index.json"
}

// TestIndices searches and describes two indices here and through a server. It needs no
// root here.
func TestIndices(t *testing.T) {
	t.Parallel()
	corp, public := writeIndex(t, "infra-db@1.0.0 Databases", "slack@1.0.0 Our_Slack"), writeIndex(t, "slack@9.0.0 Slack", "infra-evil@9.0.0 Evil", "mail@x Mail", "chat@2.0.0 To_slack")
	flags := []string{"--index", "public=" + public, "--index", "corp=" + corp, "--claim", "corp=infra-*,slack"}
	root := filepath.Join(t.TempDir(), "root")
	here := func(args ...string) outcome { return on(t, root)(append(flags, args...)...) }
	indices := []registrysource.Index{{Name: "public", URL: public}, {Name: "corp", URL: corp, Claims: []string{"infra-*", "slack"}}}
	url, token := serve(t, hostflags.Config{Config: host.Config{Root: t.TempDir(), Indices: indices}}, t.TempDir())
	there := func(args ...string) outcome {
		return packctl(t, append([]string{"--server", url, "--token-file", token}, args...)...)
	}
	for where, run := range map[string]func(...string) outcome{"here": here, "there": there} {
		o := run("search", "SLACK")
		wantStatus(t, o, exitOK)
		if diff := cmp.Diff("PACK   VERSION  INDEX   LABEL\nslack  1.0.0    corp    Our_Slack\nchat   2.0.0    public  To_slack\n", o.stdout); diff != "" {
			t.Errorf("%s:\n%s", where, diff)
		}
		if found := decode[searchReport](t, run("search", "--json", "infra")).Packs; len(found) != 1 || found[0].Ref != "infra-db" || found[0].Versions[0].String() != "1.0.0" {
			t.Errorf("%s: got %+v", where, found)
		}
		o = run("indices")
		wantStatus(t, o, exitOK)
		for _, want := range []string{"public  " + public + "  4 packs, of 2026-01-01T00:00:00Z\n", "  entry 3: entry mail: version", "corp  " + corp + "  2 packs"} {
			if !strings.Contains(o.stdout, want) {
				t.Errorf("%s: %q is not in %s", where, want, o.stdout)
			}
		}
		list := decode[indicesReport](t, run("indices", "--json")).Indices
		if len(list) != 2 || list[1].Claims[0] != "infra-*" || list[0].Problems[0].Code != "invalid_version" {
			t.Errorf("%s: got %+v", where, list)
		}
	}
	if _, err := os.Stat(root); !os.IsNotExist(err) {
		t.Errorf("the root was created: %v", err)
	}
	o := packctl(t, "indices", "--index", "lost=/missing.json")
	if wantStatus(t, o, exitFailed); !strings.Contains(o.stdout, "no such file") || !strings.Contains(o.stderr, "1 of 1 indices cannot be used") {
		t.Errorf("got %s%s", o.stdout, o.stderr)
	}
	o = packctl(t, "search", "x")
	if wantStatus(t, o, exitFailed); !strings.Contains(o.stderr, "--index FILE or --index URL names a registry index") {
		t.Errorf("got %s", o.stderr)
	}
}

// TestIndexWithoutChecksums: packs for which an index states no checksum are installed only if
// the user says so, and a lock binds their content from then on.
func TestIndexWithoutChecksums(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "index.json")
	wantStatus(t, packctl(t, "index", "add", file, demoPack(t, "1.0.0")), exitOK)
	text := regexp.MustCompile(`,\s*"checksum": "[^"]*"`).ReplaceAllString(readFile(t, file), "")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil || strings.Contains(text, "sha256") {
		t.Fatal(err, text)
	}
	run := on(t, t.TempDir())
	url := serveDirectory(t, dir)
	flags := []string{"--index", "dev=" + url + "/index.json", "--allow-http", "--allow-private", "127.0.0.1"}
	wantOutput(t, run(append(flags, "install", "demo")...), exitFailed, "checksum")
	trusted := append(flags, "--trust", "dev=none")
	wantOutput(t, run(append(trusted, "install", "demo")...), exitOK, "demo 1.0.0", "states no checksum for demo@1.0.0: nothing binds its content")
	wantOutput(t, run(append(trusted, "install", "demo")...), exitOK, "demo 1.0.0")

	wants := filepath.Join(writeTree(t, map[string]string{"packs.yaml": "indices: {dev: \"" + url + "/index.json\"}\npacks: {demo: ^1}\n"}), "packs.yaml")
	other := on(t, t.TempDir())
	trusted = append(flags[2:], "--file", wants, "--trust", "dev=none")
	wantOutput(t, other(append(trusted, "sync")...), exitOK, "demo 1.0.0  install")
	if lock := readFile(t, filepath.Join(filepath.Dir(wants), "packs.lock")); !strings.Contains(lock, "  tree sha256:") {
		t.Errorf("the lock does not bind the content:\n%s", lock)
	}
	archive := filepath.Join(dir, "demo-1.0.0.tar.gz")
	if err := os.Remove(archive); err != nil {
		t.Fatal(err)
	}
	changed := writeTree(t, map[string]string{"pack.yaml": "ref: demo\nversion: 1.0.0\nlabel: other\n"})
	wantStatus(t, packctl(t, "pack", changed, "--out", archive), exitOK)
	third := on(t, t.TempDir())
	wantOutput(t, third(append(trusted, "sync", "--locked")...), exitFailed, "content")
}
